// How the messages of a session are numbered.
#pragma once

#include <cstdint>

namespace facio::store {

/// Key of the message at `place` (from 1) of a session.
constexpr std::int64_t message_key(std::int64_t session, std::int64_t place) { return (session << 32) + place; }

/// No session has as many.
inline constexpr std::int64_t kMostMessages = (std::int64_t{1} << 32) - 1;

}  // namespace facio::store
