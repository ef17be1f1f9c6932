// The objects of the A2A protocol: messages, tasks and their events, in every form in which they are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/runtime/a2a/fault.hpp"

namespace facio::serve::a2a {

/// Forms of the same objects. `v1`: version 1.0. `v03`: version 0.3, with `kind` members. `v03_rest`: what clients of version 0.3 read and
/// write over HTTP+JSON, which is the JSON form of that version's protobuf messages.
enum class Dialect : std::uint8_t { v1, v03, v03_rest };

/// Numbers are stored; never change one.
enum class State : std::uint8_t {
  submitted = 1,
  working = 2,
  completed = 3,
  failed = 4,
  canceled = 5,
  input_required = 6,
  rejected = 7,
  auth_required = 8,
};
/// A task in this state has ended for good.
constexpr bool is_over(State state) {
  return state == State::completed || state == State::failed || state == State::canceled || state == State::rejected;
}
/// No turn works on a task in this state, and none will unless its caller sends a message: it is over, or waits for an answer.
constexpr bool is_settled(State state) { return is_over(state) || state == State::input_required; }
/// The task waits for somebody; a call that waits for its end is answered now.
constexpr bool is_interrupted(State state) { return state == State::input_required || state == State::auth_required; }
std::string_view name_of(State state, Dialect dialect);
/// The state of a name in any dialect.
std::optional<State> state_of(std::string_view name);

/// A piece of a message or an artifact: text, data as JSON, or a file.
struct Part {
  std::string text;
  std::string data = {};                ///< JSON text; empty for a part with something else
  std::optional<std::string> raw = {};  ///< a file's bytes in base64
  std::string url = {};                 ///< where a file is; empty for a part with something else
  std::string media = {}, file_name = {};

  [[nodiscard]] bool is_file() const { return raw || !url.empty(); }
  std::string metadata = {};  ///< JSON text of an object; may be empty, here and below
};

enum class Role : std::uint8_t { user, agent };

struct Message {
  std::string id, context_id, task_id;
  Role role = Role::user;
  std::vector<Part> parts;
  std::string metadata;
  std::vector<std::string> extensions, reference_task_ids;
};

struct Artifact {
  std::string id, name;
  std::vector<Part> parts;
};

struct Task {
  std::string id, context_id;
  State state = State::submitted;
  std::int64_t updated_ms = 0;
  std::optional<Message> note;  ///< the message of the status
  std::vector<Artifact> artifacts;
  std::vector<Message> history;
  std::string metadata;
};

/// How much of a task is written.
struct View {
  std::optional<std::int64_t> history;  ///< the number of the last messages; nothing: all
  bool artifacts = true;
};

/// A change of a task.
struct Event {
  enum class Kind : std::uint8_t { task, status, artifact, message };
  Kind kind = Kind::task;
  Task task;             ///< for `status` without history and artifacts, for `artifact` with that one artifact
  Message message = {};  ///< for `message`, which answers in the place of a task
  bool append = false;   ///< the artifact's parts continue those sent before
  bool last = false;     ///< the artifact is complete; for a status: the last event
};

/// A task as JSON.
std::string json_of(const Task& task, Dialect dialect, const View& view = {});
std::string json_of(const Message& message, Dialect dialect);
/// An event as the result of a stream: a StreamResponse, or what version 0.3 has in its place.
std::string json_of(const Event& event, Dialect dialect);

/// Reads the members of an object in a request. The first problem is kept and makes result() fail; what is read after it may be empty.
class MemberReader {
 public:
  /// `field`: the object's place in the request; empty at the top.
  explicit MemberReader(JsonRef object, std::string field = {}) : object_(object), field_(std::move(field)) {}

  [[nodiscard]] std::string path(std::string_view name) const;
  /// A member by either of its names ("messageId", "message_id"); no value when it is absent or null, here and below.
  [[nodiscard]] JsonRef member(std::string_view name, std::string_view other = {}) const;
  std::string text(std::string_view name, std::string_view other = {});
  /// At most 64 of them.
  std::vector<std::string> texts(std::string_view name, std::string_view other = {});
  std::optional<std::int64_t> number(std::string_view name, std::string_view other, std::int64_t least, std::int64_t most);
  std::optional<bool> flag(std::string_view name, std::string_view other = {});
  /// As JSON text.
  std::string object(std::string_view name);

  /// Records a problem with a member unless `good`.
  void check(bool good, std::string_view name, const std::string& problem);
  template <class T>
  T take(Outcome<T> outcome) {
    if (outcome) return std::move(*outcome);
    if (!fault_) fault_ = std::move(outcome.error());
    return {};
  }
  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }
  template <class T>
  Outcome<T> result(T value) {
    if (fault_) return tl::unexpected(std::move(*fault_));
    return value;
  }

 private:
  JsonRef object_;
  std::string field_;
  std::optional<Fault> fault_;
};

/// A message from a caller; `field`: its place in the request. invalid_params, or content_type_not_supported for a part that this agent
/// cannot take: of files it takes those that come as bytes and are text.
Outcome<Message> read_message(JsonRef json, const std::string& field, Dialect dialect = Dialect::v1);
/// Reads what json_of() wrote in `v1`.
Result<Task> read_task(std::string_view json);

/// The texts of a message, each on lines of its own; data as JSON, a file as its text between two lines that name it.
std::string plain_text(const Message& message);
/// A message of the agent about a task.
Message agent_note(const Task& task, std::string text);
/// A new id in the form of a UUID (version 4).
std::string new_id();

}  // namespace facio::serve::a2a
