"""Good and bad input of the chat area."""


def said(*messages, **more):
    return {"messages": [{"role": "user", "content": content} if not isinstance(content, dict) else content for content in messages],
            **more}


def own_name(_):
    return "facio"


OBJECTS = {"chat.model": own_name}
BODIES = {"chat.send": said("/echo hello", session_id="contract")}
REFUSED = {
    "chat.send": [said(), said("one", "two"), said({"role": "system", "content": "be short"}, "hello"),
                  said({"role": "system", "content": "be short"}), said({"role": "developer", "content": "be short"}),
                  said("hello", tools=[{"type": "function", "function": {"name": "f"}}]), said("hello", tool_choice="required"),
                  said("hello", response_format={"type": "json_object"}), said("hello", logprobs=True),
                  said("hello", stream=True), said("hello", stream="yes"), said("hello", n=2), said("hello", model="another-model"),
                  said(" "), said(""), said([]),
                  said([{"type": "text"}]), said([{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]), said(["hello"]),
                  said({"role": "user", "content": None}),
                  said("hello", session_id=" "), said("hello", session_id="x" * 201), said("hello", session_id="a\nb")],
}
