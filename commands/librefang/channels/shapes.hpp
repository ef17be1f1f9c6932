// Channels: how people reach the agents of a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::channels {

inline constexpr Field kSettingFields[] = {
    text("key", "name of the field"),
    text("label", "what it is", kMayMiss),
    text("type", "text, secret, list …", kMayMiss),
    boolean("required", "whether the channel needs it", kMayMiss),
    boolean("has_value", "whether it is set", kMayMiss),
};
inline constexpr Shape kSetting{"LibrefangChannelField", "A field that a channel is set up with", kSettingFields, true};

inline constexpr Field kChannelFields[] = {
    text("name", "name of the channel"),
    boolean("enabled", "whether it is set up", kMayMiss),
    boolean("has_token", "whether what it needs to log in is there", kMayMiss),
    text("display_name", "its name for people", kMayMiss),
    text("category", "what kind of channel it is", kMayMiss),
    text("description", "what it is", kMayMiss),
    integer("instance_count", "how many of it are set up", kMayMiss),
    objects<kSetting>("fields", "what it is set up with", kMayMiss),
};
inline constexpr Shape kChannel{"LibrefangChannel", "A channel", kChannelFields, true};

inline constexpr Type kSecretText{Kind::string, nullptr, nullptr};
inline constexpr Field kSetFields[] = {
    map_of<kSecretText>("fields", "the values of the channel, a JSON object with the names that `channels list -o json` shows,",
                        {.secret = true, .flag = "values"}),
};
inline constexpr Shape kSet{"LibrefangChannelSet", "How a channel is set up", kSetFields};

inline constexpr Field kSetDoneFields[] = {
    text("status", "configured, saved or removed"),
    text("channel", "the channel", kMayMiss),
    boolean("activated", "whether it runs", kMayMiss),
    text("note", "what else is to be said", kMayMiss),
    boolean("restart_required", "whether the daemon has to be started again", kMayMiss),
};
inline constexpr Shape kSetDone{"LibrefangChannelChange", "What became of a channel", kSetDoneFields, true};

inline constexpr Field kTestFields[] = {
    text("channel_id", "channel of the service that gets a test message", kMayMiss),
    text("chat_id", "chat of the service that gets a test message", kMayMiss),
};
inline constexpr Shape kTest{"LibrefangChannelTest", "How a channel is tested", kTestFields};

inline constexpr Field kReloadedFields[] = {
    text("status", "ok"),
    texts("started", "the channels that run now", kMayMiss),
};
inline constexpr Shape kReloaded{"LibrefangChannelsReloaded", "Which channels were started", kReloadedFields, true};

inline constexpr Field kQrFields[] = {
    boolean("available", "whether a code can be had", kMayMiss),
    boolean("connected", "whether the phone is linked", kMayMiss),
    boolean("expired", "whether the code has run out", kMayMiss),
    text("session_id", "for `channels qr-status`", kMayMiss),
    text("message", "what to do", kMayMiss),
    text("help", "what is missing", kMayMiss),
    text("qr_data_url", "the code as an image", {.nullable = true, .optional = true}),
};
inline constexpr Shape kQr{"LibrefangWhatsappQr", "The code that links a phone", kQrFields, true};

}  // namespace facio::librefang::channels
