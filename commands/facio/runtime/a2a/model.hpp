// What the A2A protocol speaks about: messages, tasks and what happens to them, in every form in which they are written.
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

/// Forms of the same things. `v1`: version 1.0. `v03`: version 0.3, with `kind` members. `v03_rest`: what clients of version 0.3 read and
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
/// Nothing can happen to a task in this state any more.
constexpr bool is_over(State state) {
  return state == State::completed || state == State::failed || state == State::canceled || state == State::rejected;
}
/// The task waits for somebody; a call that waits for its end is answered.
constexpr bool is_interrupted(State state) { return state == State::input_required || state == State::auth_required; }
std::string_view name_of(State state, Dialect dialect);
/// The state of a name in any dialect.
std::optional<State> state_of(std::string_view name);

/// A piece of a message or an artifact: text, or data as JSON.
struct Part {
  std::string text;
  std::string data = {};  ///< JSON text; not empty: this is a part with data
  std::string media = {}, file_name = {};
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
  std::optional<std::int64_t> history;  ///< the last so many messages; nothing: all
  bool artifacts = true;
};

/// Something that happened to a task.
struct Event {
  enum class Kind : std::uint8_t { task, status, artifact };
  Kind kind = Kind::task;
  Task task;            ///< for `status` without history and artifacts, for `artifact` with that one artifact
  bool append = false;  ///< the artifact's parts come behind those that were sent before
  bool last = false;    ///< no more of this artifact; of a status: nothing else comes
};

/// A message as JSON.
void write(std::string& out, const Message& message, Dialect dialect);
/// A task as JSON.
void write(std::string& out, const Task& task, Dialect dialect, const View& view = {});
/// An event as the result of a stream: a StreamResponse, or what version 0.3 has in its place.
std::string written(const Event& event, Dialect dialect);

/// A message of somebody who calls; `field`: where it stands. invalid_params, or content_type_not_supported for a part that this agent
/// cannot take.
Outcome<Message> read_message(JsonRef json, const std::string& field, Dialect dialect = Dialect::v1);
/// The text of a member by either of its names ("messageId", "message_id"); "" when it is absent or null. invalid_params when it is no
/// text.
Outcome<std::string> read_text(JsonRef json, const std::string& field, std::string_view name, std::string_view other = {});
/// A member that is an object, as JSON text; "" when it is absent.
Outcome<std::string> read_object(JsonRef json, const std::string& field, std::string_view name);
/// A task as write() wrote it in `v1`.
Result<Task> read_task(std::string_view json);

/// What an agent is asked: the texts of a message, each on lines of its own; data as JSON.
std::string plain_text(const Message& message);
/// A text of the agent about a task.
Message agent_note(const Task& task, std::string text);
/// A new id in the form of a UUID (version 4).
std::string new_id();

}  // namespace facio::serve::a2a
