// facioctl sessions: a readable transcript, deleting several, deleting by age, exporting to files.
#include <sys/stat.h>

#include <cerrno>

#include "cli/catalogue/global_flags.hpp"
#include "cli/catalogue/system.hpp"
#include "cli/command_line/declared.hpp"
#include "cli/command_line/several.hpp"
#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/join.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/facio/sessions/client/transcript.hpp"

namespace facio::sessions {
namespace {

constexpr std::size_t kPage = 500;

/// Parameters of sessions.list by name.
using Filters = std::map<std::string, std::string, std::less<>>;

struct Found {
  std::vector<std::string> keys;
  std::string items = "[";  ///< the sessions themselves, as a JSON array
};

/// Reads every page first, so that what the caller does to sessions cannot shift the pages.
Result<Found> list_all(Client& client, const Filters& filters) {
  Found found;
  for (std::size_t offset = 0;; offset += kPage) {
    Filters page = filters;
    page["limit"] = std::to_string(kPage);
    page["offset"] = std::to_string(offset);
    auto reply = client.ask("sessions.list", std::move(page));
    if (!reply) return fail(std::move(reply.error()));
    const JsonRef root = reply->root();
    const JsonRef items = root.get("items") ? root.get("items") : root.get("sessions");
    if (!items.is(JsonKind::array)) return fail(Code::server, "the answer is not a list of sessions");
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef key = items.at(i).get("key");
      if (!key.is(JsonKind::string)) return fail(Code::server, "a session in the list has no key");
      found.keys.push_back(key.string());
      found.items += (found.items.size() > 1 ? "," : "") + items.at(i).dump();
    }
    if (items.size() < kPage) break;
  }
  found.items += ']';
  return found;
}

/// Writes the table of what was found to standard error.
Status show_found(Client& client, const Found& found) {
  OutputOptions options = client.invocation().global.output;
  options.format = OutputFormat::table;
  options.fields.clear();
  options.columns.clear();
  StringOutput table;
  Streams aside{client.streams().in, table, client.streams().err};
  if (auto status = render(*find_endpoint("sessions.list"), "{\"items\":" + found.items + "}", options, aside); !status) return status;
  return client.streams().err.write(table.text());
}

/// Reports each on standard output when it is gone.
Result<int> delete_each(Client& client, const std::vector<std::string>& keys) {
  const bool machine = is_machine_format(client.invocation().global.output.format);
  return do_each(client, keys, "sessions could not be deleted", [&](const std::string& key) {
    return with_reply(client, client.request_to("sessions.delete", {{"key", key}}), [&](const Response&) {
      const std::string line = machine ? "{\"deleted\":true,\"key\":" + to_json(key) + "}" : "deleted " + printable(key);
      return client.streams().out.write(line + "\n").map([] { return 0; });
    });
  });
}

std::string count_of(std::size_t count) { return std::to_string(count) + (count == 1 ? " session" : " sessions"); }

constexpr std::size_t kMostName = 180;

struct Wanted {
  std::vector<std::string> keys;
  std::string directory;  ///< empty: standard output
  std::string format;
  bool force = false;
};

/// A unique name for every key: bytes other than letters, digits and -_. become %XX, and so does a leading dot.
std::string file_name(std::string_view key, const std::string& extension) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string name;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, for names that are shortened
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    hash = (hash ^ byte) * 1099511628211U;
    const bool plain = is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    if (plain && !(c == '.' && name.empty())) {
      name += c;
    } else {
      name += '%';
      name += kDigits[byte >> 4U];
      name += kDigits[byte & 15U];
    }
  }
  if (name.size() > kMostName) {
    name.resize(kMostName);
    name += '~';
    for (int shift = 60; shift >= 0; shift -= 4) name += kDigits[hash >> static_cast<unsigned>(shift) & 15U];
  }
  return name + "." + extension;
}

/// The session with all its messages, in as many requests as that takes.
Result<JsonDocument> whole_session(Client& client, const std::string& key) {
  auto session = client.ask("sessions.get", {{"key", key}});
  if (!session) return session;
  std::vector<std::string> pages;
  const auto page_of = [](JsonRef messages) {
    const std::string text = messages.dump();
    return text.substr(1, text.size() - 2);
  };
  JsonRef root = session->root();
  if (root.get("messages").kind() != JsonKind::array) return fail(Code::server, "the answer is not a session with messages");
  pages.push_back(page_of(root.get("messages")));
  JsonDocument older;
  while (!root.get("hasMore").is_null() && root.get("hasMore").boolean()) {
    const JsonRef first = root.get("messages").at(0).get("seq");
    if (!first.is(JsonKind::integer))
      return fail(Code::server, "the agent truncated the session, and its messages have no numbers to continue from");
    auto page = client.ask("sessions.get", {{"key", key}, {"before", std::to_string(first.integer())}});
    if (!page) return page;
    older = std::move(*page);
    root = older.root();
    if (root.get("messages").size() == 0) break;
    pages.push_back(page_of(root.get("messages")));
  }
  std::string all = "[";
  for (auto page = pages.rbegin(); page != pages.rend(); ++page) {
    if (!page->empty() && all.size() > 1) all += ',';
    all += *page;
  }
  session->erase("hasMore");
  if (auto status = session->set_json("messages", all + "]"); !status) return fail(std::move(status.error()));
  return session;
}

std::string exported(const JsonDocument& session, const std::string& format) {
  if (format == "md") return markdown(session.root());
  if (format == "json") return session.dump(2) + "\n";
  std::string lines;
  const JsonRef messages = session.root().get("messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    JsonDocument line = JsonDocument::object();
    line.set("session", session.root().get("key"));
    line.merge(messages.at(i));
    lines += line.dump() + "\n";
  }
  return lines;
}

tl::unexpected<Error> cannot_write(const std::string& path, int why) {
  return fail(Code::output, "cannot write " + printable(path) + ": " + system_reason(why));
}

/// Writes the file atomically; an existing one is kept unless `force`.
Status write_file(const std::string& path, const std::string& text, bool force) {
  auto file = FileWriter::open(path, 0600, force ? FileWriter::Existing::replace : FileWriter::Existing::keep);
  Status status = file ? file->write(text) : Status(fail(file.error()));
  if (status) status = file->finish();
  if (!status && status.error().code() == Code::conflict) return fail(std::move(status.error()).with_hint("--force to replace it"));
  return status;
}

Result<Wanted> wanted(Client& client) {
  const Invocation& invocation = client.invocation();
  Wanted all;
  all.format = given_or_default(invocation, "format");
  all.force = invocation.value("force") == "true";
  const std::string to(invocation.value("to"));
  const bool every = invocation.value("all") == "true";
  const auto keys = invocation.values.find("key");
  if (every == (keys != invocation.values.end()))
    return fail(Code::usage, "`sessions export` needs keys or --all", "facioctl sessions export --all --to DIR");
  if (to.empty() && (every || keys->second.size() > 1))
    return fail_field(Code::usage, "--to", "--to is required for more than one session: a directory, or - for standard output");
  if (!to.empty() && to != "-") {
    struct ::stat place {};
    if (!make_directory(to) && errno != EEXIST) return cannot_write(to, errno);
    if (::stat(to.c_str(), &place) != 0 || !S_ISDIR(place.st_mode))
      return fail_field(Code::usage, "--to", "--to: " + printable(to) + " is not a directory");
    all.directory = to;
  }
  if (!every) {
    all.keys = names_with_more(invocation, {}, "key", "sessions/");
    return all;
  }
  auto found = list_all(client, {});
  if (!found) return fail(std::move(found.error()));
  all.keys = std::move(found->keys);
  return all;
}

Status export_one(Client& client, const Wanted& all, const std::string& key) {
  auto session = whole_session(client, key);
  if (!session) return fail(std::move(session.error()));
  const std::string text = exported(*session, all.format);
  if (all.directory.empty()) return client.streams().out.write(client.streams().out.is_terminal() ? terminal_text(text) : text);
  const std::string path = all.directory + "/" + file_name(key, all.format);
  if (auto status = write_file(path, text, all.force); !status) return status;
  return client.streams().out.write(printable(path) + "\n");
}

/// --dry-run: reads, and prints the sessions that would be deleted as a list.
Result<int> show_what_would_go(Client& reader, const Filters& filters) {
  const auto found = list_all(reader, filters);
  if (!found) return fail(found.error());
  auto printed = print_reply(reader, *find_endpoint("sessions.list"), "{\"items\":" + found->items + "}");
  if (printed) (void)note(reader, count_of(found->keys.size()) + " would be deleted; nothing was changed");
  return printed;
}

}  // namespace

Result<int> get(Client& client) {
  const Invocation& invocation = client.invocation();
  const OutputOptions& output = invocation.global.output;
  const std::string word(invocation.value("output"));
  const bool as_text = word == "text";
  if (auto status = check_own_output(invocation, "text"); !status) return fail(std::move(status.error()));
  const bool people = as_text || (output.terminal && !invocation.global.output_given && output.fields.empty() && output.columns.empty());
  if (!people) return send_and_print(client);
  return with_reply(client, client.request(), [&](const Response& response) -> Result<int> {
    auto session = JsonDocument::parse(response.body);
    if (!session || session->root().get("messages").kind() != JsonKind::array)
      return fail(Code::server, "the answer is not a session with messages", "facioctl sessions get KEY -o json");
    Status status = client.streams().out.write(transcript(session->root(), output.width, now_ms()));
    if (status && session->root().get("messages").size() == 0) status = note(client, "there are no messages yet");
    if (const JsonRef more = session->root().get("hasMore"); status && !more.is_null() && more.boolean())
      status = note(client, "there are older messages; --limit sets how many of the last ones to show");
    return status.map([] { return 0; });
  });
}

Result<int> remove(Client& client) {
  const std::vector<std::string> keys = names_with_more(client.invocation(), "key", "more", "sessions/");
  if (keys.size() == 1) return send_and_print(client);
  if (auto status = client.confirm("Delete " + count_of(keys.size()) + " and their history"); !status)
    return fail(std::move(status.error()));
  return delete_each(client, keys);
}

Result<int> prune(Client& client) {
  const Invocation& invocation = client.invocation();
  Filters filters;
  for (const auto& [flag, name] : {std::pair{"older-than", "older_than"}, {"larger-than", "larger_than"}, {"channel", "channel"}})
    if (invocation.given(flag)) filters.emplace(name, std::string(invocation.value(flag)));
  if (filters.empty())
    return fail(Code::usage, "`sessions prune` needs --older-than, --larger-than or --channel: it deletes every matching session",
                "facioctl sessions prune --older-than 30d");
  if (invocation.global.curl) return only_show(client, "sessions.list", filters);
  const Invocation asking = for_reading(invocation);
  Client reader(asking, client.streams(), client.environment());
  if (invocation.global.dry_run) return show_what_would_go(reader, filters);
  auto found = list_all(reader, filters);
  if (!found) return fail(std::move(found.error()));
  if (found->keys.empty()) {
    (void)note(client, "no session matches; nothing was deleted");
    return 0;
  }
  if (!invocation.global.quiet)
    if (auto status = show_found(client, *found); !status) return fail(std::move(status.error()));
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  if (auto status =
          ask("Delete " + count_of(found->keys.size()) + " and their history", (*target)->context, invocation.global, client.streams());
      !status)
    return fail(std::move(status.error()));
  return delete_each(client, found->keys);
}

Result<int> export_all(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.global.only_shows()) {
    const auto keys = invocation.values.find("key");
    if (keys == invocation.values.end()) return only_show(client, "sessions.list");
    return only_show(client, "sessions.get", {{"key", keys->second.front()}});
  }
  auto all = wanted(client);
  if (!all) return fail(std::move(all.error()));
  if (all->keys.size() == 1) return export_one(client, *all, all->keys.front()).map([] { return 0; });
  if (all->keys.empty()) (void)note(client, "there are no sessions");
  return do_each(client, all->keys, "sessions could not be exported",
                 [&](const std::string& key) { return export_one(client, *all, key).map([] { return 0; }); });
}

}  // namespace facio::sessions
