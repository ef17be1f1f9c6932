// What is known of an agent at one moment, part by part.
#pragma once

#include <array>
#include <memory>

#include "cli/command_line/client.hpp"

namespace facio::top {

enum class Part : std::uint8_t { status, approvals, events, health, usage, cron, mcp, channels };
inline constexpr std::size_t kParts = 8;

/// One answer of the agent.
struct Answer {
  std::shared_ptr<const JsonDocument> document;  ///< the last one; null when there never was one
  std::string trouble;                           ///< why there is no newer one; empty: there is
  bool absent = false;                           ///< the agent has no such thing; it is not asked again
  [[nodiscard]] JsonRef root() const { return document ? document->root() : JsonRef(); }
};

/// A turn in progress, from the events of its run.
struct Turn {
  std::string session, run, doing;
  std::int64_t since_ms = 0;
};

struct Snapshot {
  std::array<Answer, kParts> parts;
  std::int64_t at_ms = 0;    ///< of the last answer
  std::int64_t lost_ms = 0;  ///< when the agent stopped answering; 0: it answers
  std::int64_t back_ms = 0;  ///< when it answered again after that
  std::string lost;          ///< why it does not answer

  [[nodiscard]] const Answer& part(Part which) const { return parts[static_cast<std::size_t>(which)]; }
  /// The items of a list.
  [[nodiscard]] JsonRef items(Part which) const;
  [[nodiscard]] std::vector<Turn> turns() const;
};

/// Asks an agent for all parts over one connection, for some of them only now and then.
class Poller {
 public:
  explicit Poller(Client& client) : client_(client) {}

  /// The next snapshot. Fails only when the first poll gets no answer.
  Result<std::shared_ptr<const Snapshot>> poll();
  /// Lets the next poll ask for all parts.
  void refresh() { round_ = 0; }

 private:
  Result<Request> request_for(Part part);
  Status ask(Part part, Snapshot& next);

  Client& client_;
  std::shared_ptr<const Snapshot> last_ = std::make_shared<const Snapshot>();
  int round_ = 0;
};

/// Number of a member, 0 when it is absent.
double number_at(JsonRef object, std::string_view dotted);

/// The snapshot as one JSON document.
std::string snapshot_json(const Snapshot& snapshot, const Context& context);

}  // namespace facio::top
