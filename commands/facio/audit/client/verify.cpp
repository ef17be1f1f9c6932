// facioctl audit verify: whether an export, or an agent's log, is unchanged.
#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/audit/client/chain.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/log.hpp"

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
  if (!good) return fail_field(Code::usage, "--head", "--head: '" + std::string(text) + "' is no head; audit verify --server prints one");
  return head;
}

struct Verdict {
  std::string what;  ///< the file or the agent
  std::string kind;  ///< "line" or "event"
  std::uint64_t events = 0;
  bool chained = false, hashed = false;
  std::string head;
  std::vector<Finding> findings;
};

std::string json_of(const Verdict& verdict) {
  std::vector<RawJson> findings;
  for (const Finding& one : verdict.findings)
    findings.push_back(json_object(verdict.kind, one.line, "what", one.what, "message", one.message));
  return json_object("what", verdict.what, "intact", verdict.findings.empty(), "events", verdict.events, "chained", verdict.chained,
                     "hashed", verdict.hashed, "head", verdict.head, "findings", findings)
      .text;
}

std::string verdict_text(const Verdict& verdict) {
  std::string text;
  for (std::size_t i = 0; i < std::min(verdict.findings.size(), kMostShown); ++i) {
    const Finding& one = verdict.findings[i];
    text += (one.line == 0 ? std::string() : verdict.kind + " " + std::to_string(one.line) + ": ") + one.what + ": " +
            printable(one.message) + "\n";
  }
  if (verdict.findings.size() > kMostShown) text += "… and " + std::to_string(verdict.findings.size() - kMostShown) + " more\n";
  text += printable(verdict.what) + ": " + std::to_string(verdict.events) + " events, ";
  if (verdict.findings.empty()) text += "all as they were; head " + verdict.head + "\n";
  else text += std::to_string(verdict.findings.size()) + (verdict.findings.size() == 1 ? " finding\n" : " findings\n");
  return text;
}

Result<int> print(Client& client, const Verdict& verdict) {
  OutputOptions output = output_of(client);
  const bool people = output.format == OutputFormat::table || output.format == OutputFormat::wide;
  auto status = people && output.query.empty() ? client.streams().out.write(verdict_text(verdict))
                                               : render_json(json_of(verdict), output, client.streams());
  if (!status) return fail(std::move(status.error()));
  if (verdict.findings.empty()) return 0;
  const Finding& first = verdict.findings.front();
  return fail(Code::integrity,
              verdict.what + " is not what it was" +
                  (first.line == 0 ? ": " + first.message : "; the first " + verdict.kind + " concerned is " + std::to_string(first.line)));
}

Result<int> verify_file(Client& client, const std::string& path) {
  ChainReader reader;
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
    return fail(Code::usage, path + " holds neither a chain nor hashes of an agent: nothing can be verified",
                "facioctl audit export --chain --out FILE");
  return print(client, {path == "-" ? "standard input" : path, "line", reader.events(), reader.chained(), reader.hashed(), reader.head(),
                        reader.findings()});
}

/// Checks an agent's log from the known head on.
class ServerCheck {
 public:
  explicit ServerCheck(Head head) : known_(std::move(head)), head_(known_) {}

  Result<bool> take(const Event& event) {
    EventFields fields;
    std::int64_t seq = 0;
    if (!read_fields(event.json, fields) || fields.hash.empty() || !read_number(fields.seq, seq))
      return fail(Code::unsupported, "this agent does not chain its log: its events have no hash",
                  "facioctl audit export --chain --out FILE");
    if (seq <= head_.seq) {
      if (seq == known_.seq && fields.hash.substr(1, 64) != known_.hash) add(seq, "edited", "has another hash than the one that is known");
      met_ = met_ || seq == known_.seq;
      return true;
    }
    if (seq != head_.seq + 1) add(seq, "missing", std::to_string(seq - head_.seq - 1) + " events before it are missing");
    const std::string wrong = problem_with(event.json, seq == head_.seq + 1 ? head_.hash : std::string());
    if (!wrong.empty()) add(seq, "edited", wrong);
    head_ = {seq, event.ts_ms, std::string(fields.hash.substr(1, 64))};
    ++count_;
    return true;
  }
  void end() {
    if (known_.seq != 0 && !met_) add(known_.seq, "missing", "the event that is known is not in the log any more");
  }
  [[nodiscard]] Verdict verdict(std::string agent) const {
    return {std::move(agent), "event", count_, true, true, head_.text(), findings_};
  }

 private:
  void add(std::int64_t seq, std::string what, std::string message) {
    findings_.push_back({static_cast<std::uint64_t>(seq), std::move(what), std::move(message)});
  }
  Head known_, head_;
  bool met_ = false;
  std::uint64_t count_ = 0;
  std::vector<Finding> findings_;
};

Result<int> verify_server(Client& client) {
  const Invocation& invocation = client.invocation();
  Head head;
  if (invocation.given("head")) {
    auto given = parse_head(invocation.value("head"));
    if (!given) return fail(std::move(given.error()));
    head = std::move(*given);
  }
  const std::optional<std::int64_t> from = head.seq == 0 ? std::nullopt : std::optional(head.ts_ms);
  Pages pages(client);
  if (invocation.global.only_shows()) return pages.show(true, from);
  auto name = agent_name(client);
  if (!name) return fail(std::move(name.error()));
  ServerCheck check(std::move(head));
  auto status = pages.oldest_first(from, std::nullopt, [&check](Event&& event) { return check.take(event); });
  if (!status) return fail(std::move(status.error()));
  check.end();
  return print(client, check.verdict(*name));
}

}  // namespace

Result<int> verify(Client& client) {
  const Invocation& invocation = client.invocation();
  const bool server = invocation.is_set("server");
  const std::string path(invocation.value("path"));
  if (server == !path.empty()) return fail(Code::usage, "`audit verify` needs either a FILE or --server", "facioctl audit verify FILE");
  if (!server && invocation.given("head")) return fail_field(Code::usage, "--head", "--head belongs to --server");
  return server ? verify_server(client) : verify_file(client, path);
}

}  // namespace facio::audit
