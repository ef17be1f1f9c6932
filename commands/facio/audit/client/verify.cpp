// facioctl audit verify: whether an export, or an agent's log, is unchanged.
#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/audit/client/chain.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "commands/facio/audit/client/signed_log.hpp"
#include "commands/facio/audit/client/witness.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kMostShown = 100;

/// The known end of an agent's chain: h1.SEQ.TIME.HASH.
struct Head {
  std::int64_t seq = 0, ts_ms = 0;
  std::string hash = std::string(kNoHash);

  [[nodiscard]] std::string text() const { return "h1." + std::to_string(seq) + "." + std::to_string(ts_ms) + "." + hash; }
};

Result<Head> parse_head(std::string_view text) {
  Head head;
  const std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() >= 4) head.hash = parts[3];
  const bool good = parts.size() >= 4 && parts[0] == "h1" && read_number(parts[1], head.seq) && read_number(parts[2], head.ts_ms) &&
                    head.hash.size() == 64 && head.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!good)
    return fail_field(Code::usage, "--head", "--head: '" + std::string(text) + "' is not a head; audit verify --server prints one");
  return head;
}

struct Verdict {
  std::string what;  ///< the file or the agent
  std::string kind;  ///< "line" or "event"
  std::uint64_t events = 0;
  bool chained = false, hashed = false;
  std::string head;
  std::vector<Finding> findings;
  std::size_t checkpoints = 0;  ///< signed ones that were compared
};

std::string json_of(const Verdict& verdict) {
  std::vector<RawJson> findings;
  for (const Finding& one : verdict.findings)
    findings.push_back(json_object(one.kind.empty() ? verdict.kind : one.kind, one.line, "what", one.what, "message", one.message));
  return json_object("what", verdict.what, "intact", verdict.findings.empty(), "events", verdict.events, "chained", verdict.chained,
                     "hashed", verdict.hashed, "head", verdict.head, "checkpoints", verdict.checkpoints, "findings", findings)
      .text;
}

std::string place_of(const Finding& one, const Verdict& verdict) {
  return one.line == 0 ? std::string() : (one.kind.empty() ? verdict.kind : one.kind) + " " + std::to_string(one.line);
}

std::string verdict_text(const Verdict& verdict) {
  std::string text;
  for (std::size_t i = 0; i < std::min(verdict.findings.size(), kMostShown); ++i) {
    const Finding& one = verdict.findings[i];
    const std::string place = place_of(one, verdict);
    text += (place.empty() ? place : place + ": ") + one.what + ": " + printable(one.message) + "\n";
  }
  if (verdict.findings.size() > kMostShown) text += "… and " + std::to_string(verdict.findings.size() - kMostShown) + " more\n";
  text += printable(verdict.what) + ": " + std::to_string(verdict.events) + " events, ";
  if (!verdict.findings.empty())
    return text + std::to_string(verdict.findings.size()) + (verdict.findings.size() == 1 ? " finding\n" : " findings\n");
  text += "unchanged; head " + verdict.head;
  if (verdict.checkpoints != 0)
    text += "; " + std::to_string(verdict.checkpoints) + (verdict.checkpoints == 1 ? " signed checkpoint fits" : " signed checkpoints fit");
  return text + "\n";
}

Result<int> print(Client& client, const Verdict& verdict) {
  OutputOptions output = output_of(client);
  const bool people = output.format == OutputFormat::table || output.format == OutputFormat::wide;
  auto status =
      people && output.query.empty() ? client.streams().out.write(verdict_text(verdict)) : print_json(client, json_of(verdict), output);
  if (!status) return fail(std::move(status.error()));
  if (verdict.findings.empty()) return 0;
  const Finding& first = verdict.findings.front();
  const std::string kind = first.kind.empty() ? verdict.kind : first.kind;
  return fail(Code::integrity,
              verdict.what + " was changed" +
                  (first.line == 0 ? ": " + first.message : "; the first " + kind + " concerned is " + std::to_string(first.line)));
}

/// Adds what every --witness has seen, and gives how many checkpoints that is. `key`: that signs the log now; null for files.
Result<std::size_t> take_witnesses(Client& client, const NoteKey* key, SignedLog& log, std::vector<Finding>& findings) {
  const std::string only(client.invocation().value("key"));
  std::size_t count = 0;
  for (const std::string& name : client.invocation().all("witness")) {
    const auto refused = [&name](Code code, const std::string& why) {
      return code == Code::integrity ? fail(code, printable(name) + " " + why)
                                     : fail_field(Code::usage, "--witness", "--witness: " + printable(name) + " " + why);
    };
    auto place = WitnessPlace::from(client, name);
    if (!place) return fail(std::move(place.error()));
    auto text = place->read(client);
    if (!text) return fail(std::move(text.error()));
    auto all = parse_witness(text->value_or(""));
    if (!all) return refused(all.error().code(), all.error().message());
    if (all->empty()) return refused(Code::usage, *text ? "contains no checkpoint" : "does not exist");
    for (const Witnessed& one : *all) {
      ++count;
      log.expect(one.checkpoint, "the checkpoint in " + name);
      const bool same = (key == nullptr || one.key.text() == key->text()) && (only.empty() || one.key.text() == only);
      if (!same)
        findings.push_back({0, "other-key",
                            "the checkpoint of " + std::to_string(one.checkpoint.size) + " events in " + name +
                                " was signed by another key, " + one.key.name});
    }
  }
  return count;
}

/// Reads one file into the log.
Result<Verdict> read_file_of_log(const std::string& path, SignedLog& log) {
  bool first = true;  // the links after it are the reader's to check
  ChainReader reader([&](std::int64_t seq, std::string_view prev_hash, std::string_view hash) {
    log.event(seq, std::exchange(first, false) ? prev_hash : std::string_view{}, hash);
  });
  auto status = read_blocks(path, [&reader](std::string_view block) -> Result<bool> {
    while (!block.empty()) {
      const std::string_view line = block.substr(0, block.find('\n'));
      reader.line(line);
      block.remove_prefix(std::min(block.size(), line.size() + 1));
    }
    return true;
  });
  if (!status) return fail(std::move(status.error()));
  reader.end();
  if (!reader.chained() && !reader.hashed())
    return fail(Code::usage, path + " contains neither a chain nor an agent's hashes, so nothing can be verified",
                "facioctl audit export --chain --out FILE");
  return Verdict{
      path == "-" ? "standard input" : path, "line", reader.events(), reader.chained(), reader.hashed(), reader.head(), reader.findings()};
}

/// Several files are one log: each begins where the one before ended.
Result<Verdict> read_files(const std::vector<std::string>& paths, SignedLog& log) {
  Verdict all;
  for (const std::string& path : paths) {
    auto one = read_file_of_log(path, log);
    if (!one || paths.size() == 1) return one;
    for (Finding& finding : one->findings) finding.message = path + ": " + finding.message;
    one->findings.insert(one->findings.begin(), all.findings.begin(), all.findings.end());
    one->events += all.events;
    all = std::move(*one);
  }
  all.what = std::to_string(paths.size()) + " files";
  if (log.has_gap())
    all.findings.push_back({0, "missing", "the files are not one log: events between them are missing, or they are in the wrong order"});
  return all;
}

void append_findings(std::vector<Finding>& to, const std::vector<Finding>& more) { to.insert(to.end(), more.begin(), more.end()); }

Result<int> verify_files(Client& client, const std::vector<std::string>& paths) {
  SignedLog log;
  std::vector<Finding> found;
  auto witnessed = take_witnesses(client, nullptr, log, found);
  if (!witnessed) return fail(std::move(witnessed.error()));
  auto verdict = read_files(paths, log);
  if (!verdict) return fail(std::move(verdict.error()));
  append_findings(verdict->findings, log.end());
  append_findings(verdict->findings, found);
  verdict->checkpoints = log.compared();
  if (*witnessed != 0 && log.left_out() == *witnessed && verdict->findings.empty())
    return fail(Code::usage, "no checkpoint can be compared with " + verdict->what + ": it does not start with the first event",
                "give the agent's archives first, and export without filters");
  return print(client, *verdict);
}

/// Checks an agent's log from the known head on.
class ServerCheck {
 public:
  ServerCheck(Head head, SignedLog& log) : known_(std::move(head)), head_(known_), log_(log) {}
  /// Files before it have brought the log so far.
  void go_on_behind(std::uint64_t last, const std::string& hash) { head_ = {static_cast<std::int64_t>(last), 0, hash}; }

  Result<bool> take(const Event& event) {
    EventFields fields;
    std::int64_t seq = 0;
    if (!read_fields(event.json, fields) || fields.hash.size() != 66 || !read_number(fields.seq, seq))
      return fail(Code::unsupported, "this agent does not chain its log, so its events have no hash",
                  "facioctl audit export --chain --out FILE");
    const std::string hash(fields.hash.substr(1, 64));
    if (seq <= head_.seq) {
      if (seq == known_.seq && hash != known_.hash) add(seq, "edited", "does not have the known hash");
      if (seq == head_.seq && seq != known_.seq && hash != head_.hash) add(seq, "edited", "does not have the hash that the files contain");
      met_ = met_ || seq == known_.seq;
      return true;
    }
    if (seq != head_.seq + 1) add(seq, "missing", std::to_string(seq - head_.seq - 1) + " events before it are missing");
    const std::string wrong = problem_with(event.json, seq == head_.seq + 1 ? head_.hash : std::string());
    if (!wrong.empty()) add(seq, "edited", wrong);
    head_ = {seq, event.ts_ms, hash};
    log_.event(seq, {}, hash);
    ++count_;
    return true;
  }
  void end() {
    if (known_.seq != 0 && !met_) add(known_.seq, "missing", "the known event is no longer in the log");
    append_findings(findings_, log_.end());
  }
  [[nodiscard]] Verdict verdict(std::string agent) const {
    return {std::move(agent), "event", count_, true, true, head_.text(), findings_, log_.compared()};
  }

 private:
  void add(std::int64_t seq, std::string what, std::string message) {
    findings_.push_back({static_cast<std::uint64_t>(seq), std::move(what), std::move(message)});
  }
  Head known_, head_;
  bool met_ = false;
  SignedLog& log_;
  std::uint64_t count_ = 0;
  std::vector<Finding> findings_;
};

/// What the agent itself has found at its starts.
void take_agents_findings(JsonRef reply, std::vector<Finding>& findings) {
  const JsonRef all = reply.get("findings");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const JsonRef one = all.at(i);
    const std::int64_t events = one.get("events").is(JsonKind::integer) ? one.get("events").integer() : -1;
    findings.push_back({events < 0 ? 0 : static_cast<std::uint64_t>(events) + 1, one.get("what").text(),
                        one.get("message").text() + " (found by the agent " + one.get("ts").text() + ")"});
  }
}

/// The agent's key and checkpoint; nothing where the agent does not sign, which is said.
Result<std::optional<AgentCheckpoint>> signed_state(Client& client, std::vector<Finding>& findings) {
  auto told = ask_checkpoint(client);
  if (told) {
    take_agents_findings(told->reply.root(), findings);
    return std::optional(std::move(*told));
  }
  const Code code = told.error().code();
  if (code == Code::integrity) {
    findings.push_back({0, "signature", told.error().message()});
    return std::optional<AgentCheckpoint>{};
  }
  if (code != Code::unsupported && code != Code::unavailable && code != Code::not_found) return fail(std::move(told.error()));
  if (client.invocation().given("key") || client.invocation().given("witness"))
    return fail(Code::integrity, "the agent does not sign its log: " + told.error().message());
  warn(client, {"this agent does not sign its log, so a truncation cannot be detected"});
  return std::optional<AgentCheckpoint>{};
}

/// The log begins behind what was archived, unless the files are here.
Status begin_behind_archives(JsonRef archived, SignedLog& log, ServerCheck& check) {
  if (!archived.is(JsonKind::object)) return {};
  const std::int64_t events = archived.get("events").integer();
  auto tree = MerkleTree::from(static_cast<std::uint64_t>(events), archived.get("tree").text());
  if (!tree) return fail(Code::server, "the agent reports archives without their tree");
  log.begin_behind(std::move(*tree), archived.get("hash").text());
  check.go_on_behind(log.last(), log.hash());
  return {};
}

Result<int> verify_server(Client& client, const std::vector<std::string>& archives) {
  const Invocation& invocation = client.invocation();
  Head head;
  if (invocation.given("head")) {
    auto given = parse_head(invocation.value("head"));
    if (!given) return fail(std::move(given.error()));
    head = std::move(*given);
  }
  const bool from_head = head.seq != 0;
  const std::optional<std::int64_t> from = from_head ? std::optional(head.ts_ms) : std::nullopt;
  Pages pages(client);
  if (invocation.global.only_shows()) return pages.show(true, from);
  auto name = agent_name(client);
  if (!name) return fail(std::move(name.error()));
  std::vector<Finding> found;
  auto agent = signed_state(client, found);  // first: the log may grow while it is read
  if (!agent) return fail(std::move(agent.error()));
  SignedLog log;
  auto witnessed = take_witnesses(client, *agent ? &(*agent)->key : nullptr, log, found);
  if (!witnessed) return fail(std::move(witnessed.error()));
  if (*agent) log.expect((*agent)->checkpoint, "its signed checkpoint");
  const LogPlace place{from, from_head ? std::optional(head.seq - 1) : std::nullopt};
  ServerCheck check(std::move(head), log);
  Status status;
  if (!archives.empty()) {
    auto files = read_files(archives, log);
    if (!files) return fail(std::move(files.error()));
    append_findings(found, files->findings);
    check.go_on_behind(log.last(), log.hash());
  } else if (*agent && !from_head) {
    status = begin_behind_archives((*agent)->reply.root().get("archived"), log, check);
  }
  if (status) status = pages.oldest_first(place, std::nullopt, [&check](Event&& event) { return check.take(event); });
  if (!status) return fail(std::move(status.error()));
  check.end();
  Verdict verdict = check.verdict(*name);
  append_findings(verdict.findings, found);
  if (*witnessed != 0 && log.left_out() >= *witnessed && verdict.findings.empty())
    return fail(Code::usage, "no checkpoint of --witness can be compared, because earlier events are missing",
                from_head ? "omit --head" : "give the agent's archives, too; facioctl audit checkpoint shows where they are");
  return print(client, verdict);
}

}  // namespace

Result<int> verify(Client& client) {
  const Invocation& invocation = client.invocation();
  const bool server = invocation.is_set("server");
  const std::vector<std::string> paths = invocation.all("path");
  if (!server && paths.empty()) return fail(Code::usage, "`audit verify` needs a FILE, or --server", "facioctl audit verify FILE");
  if (!server && invocation.given("head")) return fail_field(Code::usage, "--head", "--head needs --server");
  if (!paths.empty() && invocation.given("head"))
    return fail_field(Code::usage, "--head", "--head skips the events before it; omit either --head or the files");
  return server ? verify_server(client, paths) : verify_files(client, paths);
}

}  // namespace facio::audit
