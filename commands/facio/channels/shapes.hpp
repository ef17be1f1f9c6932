// JSON types of the channels area (contract section 8).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// The configuration of one channel: free form, every kind of channel has its own keys.
struct ChannelConfig {
  static constexpr ShapeHead shape{"ChannelConfig", "Configuration of a channel; its keys depend on the kind of channel", Members::open};
  static constexpr auto fields() { return Fields{}; }
};

struct ChannelMap {
  std::map<std::string, RawJson> channels;

  static constexpr ShapeHead shape{"ChannelMap", "All channels by name", Members::open};
  static constexpr auto fields() {
    return Fields{field("channels", &ChannelMap::channels, "configuration of each channel; secrets are masked")};
  }
};

struct Channel {
  std::string name;
  RawJson config;

  static constexpr ShapeHead shape{"Channel", "One channel", Members::open};
  static constexpr auto fields() {
    constexpr Attr newer = {.optional = true};
    return Fields{
        field("name", &Channel::name, "name of the channel", newer),
        field("config", &Channel::config, "its configuration; secrets are masked", newer),
    };
  }
};

struct ChannelSaved {
  std::string name;
  RawJson config;
  bool restart_needed = true;

  static constexpr ShapeHead shape{"ChannelSaved", "The channel as it was stored", Members::open};
  static constexpr auto fields() {
    using C = ChannelSaved;
    return Fields{
        field("name", &C::name, "name of the channel"),
        field("config", &C::config, "its configuration; secrets are masked"),
        field("restart_needed", &C::restart_needed, "the change takes effect when the agent is restarted"),
    };
  }
};

struct ChannelDeleted {
  bool deleted = true;
  std::string name;
  bool restart_needed = true;

  static constexpr ShapeHead shape{"ChannelDeleted", "The channel is gone", Members::open};
  static constexpr auto fields() {
    using D = ChannelDeleted;
    return Fields{
        field("deleted", &D::deleted, "always true"),
        field("name", &D::name, "name of the channel"),
        field("restart_needed", &D::restart_needed, "the change takes effect when the agent is restarted"),
    };
  }
};

}  // namespace facio
