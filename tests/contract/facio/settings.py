"""Good and bad input of the settings area."""

BODIES = {"settings.set": {"timezone": "Europe/Berlin"}}
ARGUMENTS = {"settings.set": ["timezone=Asia/Kathmandu"]}
REFUSED = {"settings.set": [{"no_such_setting": 1}, {"timezone": "Nowhere/At_All"}, {"temperature": "warm"}]}
