// facioctl man: manual pages, written from the catalogue.
#include <algorithm>
#include <cstdio>

#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "man_pages.hpp"

namespace facio::man {
namespace {

constexpr std::size_t kWidth = 78;

/// A word, escaped so that the formatter takes nothing in it for a command.
std::string escaped(std::string_view text, bool in_macro) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  // The names of macros have one to three letters and begin with a capital.
  if (in_macro && text.size() <= 3 && !text.empty() &&
      ((text[0] >= 'A' && text[0] <= 'Z') || std::string_view(".,:;()[]?!|").find(text[0]) != std::string_view::npos))
    out += "\\&";
  while (!text.empty()) {
    const char c = text.front();
    std::uint32_t code = 0;
    const std::size_t size = decode_utf8(text, code);
    if (c == '\\') out += "\\e";
    else if (c == '"' && in_macro) out += "\\(dq";
    else if (c == '`') out += "\\(ga";
    else if (c == '\'') out += "\\(aq";
    else if (c == '^') out += "\\(ha";
    else if (c == '~') out += "\\(ti";
    else if (c == '-') out += "\\-";
    else if (size > 1) {
      char name[16];
      std::snprintf(name, sizeof name, "\\[u%04X]", static_cast<unsigned>(code));
      out += name;
    } else out += c;
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

std::string_view next_word(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

/// A page in mdoc, the language of manual pages.
class Mdoc {
 public:
  /// A macro line; `words` are its arguments, none of which is taken for a macro.
  Mdoc& macro(std::string_view name, std::string_view words = {});
  /// A line as it is.
  Mdoc& raw(std::string_view line);
  /// A paragraph of plain text, broken into short lines.
  Mdoc& text(std::string_view words);
  /// Lines that are shown as they are.
  Mdoc& literal(std::string_view lines);

  std::string take() { return std::move(page_); }

 private:
  std::string page_;
};

Mdoc& Mdoc::macro(std::string_view name, std::string_view words) {
  page_ += ".";
  page_ += name;
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) page_ += " " + escaped(word, true);
  page_ += '\n';
  return *this;
}

Mdoc& Mdoc::raw(std::string_view line) {
  page_.append(line).append("\n");
  return *this;
}

Mdoc& Mdoc::text(std::string_view words) {
  while (!words.empty()) {
    std::string_view paragraph = words.substr(0, words.find('\n'));
    words.remove_prefix(paragraph.size() < words.size() ? paragraph.size() + 1 : paragraph.size());
    const bool paragraph_was_empty = paragraph.empty();
    std::string line;
    for (std::string_view word = next_word(paragraph); !word.empty(); word = next_word(paragraph)) {
      const std::string piece = escaped(word, false);
      if (!line.empty() && line.size() + 1 + piece.size() > kWidth) raw(std::exchange(line, {}));
      line += (line.empty() ? "" : " ") + piece;
      // A sentence ends its line: the formatter then spaces it correctly.
      if (word.size() > 1 && (word.ends_with('.') || word.ends_with(':'))) raw(std::exchange(line, {}));
    }
    if (!line.empty()) raw(line);
    if (words.starts_with('\n')) raw(".Pp");
    else if (!words.empty() && !paragraph_was_empty) raw(".br");
  }
  return *this;
}

Mdoc& Mdoc::literal(std::string_view lines) {
  raw(".Bd -literal -offset indent");
  for (const std::string_view line : split_terminated(lines)) {
    const std::string shown = escaped(line, false);
    raw(shown.empty() ? "\\&" : shown);
  }
  return raw(".Ed");
}

struct PageName {
  std::string name;  ///< "facioctl-cron-create"
  int section = 1;
};

std::string page_of(std::string_view id) {
  std::string name = "facioctl-";
  for (const char c : id) name += c == '.' ? '-' : c;
  return name;
}

/// The page of an area, "facioctl-cron" or "facioctl-third-things"; a system's own commands are on the page with its name.
std::string page_of_area(const Catalogue& known, std::string_view area) {
  if (!known.prefixed() || area == known.system()) return page_of(area);
  return page_of(std::string(known.system()) + "." + std::string(area));
}

/// The date of the hand-written page is that of all pages.
std::string_view date_line() { return embedded::kOverview.substr(0, embedded::kOverview.find('\n')); }

void begin(Mdoc& page, const std::string& name, int section, std::string_view about) {
  page.raw(date_line()).macro("Dt", upper(name) + " " + std::to_string(section)).macro("Os").macro("Sh", "NAME");
  page.macro("Nm", name).macro("Nd", about).macro("Sh", "SYNOPSIS");
}

/// "Fl n , Fl Fl limit Ar N" from "-n, --limit N".
std::string flag_item(std::string_view left) {
  std::string out = "It";
  for (std::string_view text : split(left, ' ')) {
    if (text.empty()) continue;
    const bool comma = text.ends_with(',');
    if (comma) text.remove_suffix(1);
    if (text.starts_with("--[no-]")) {
      out.append(" Fl Fl ").append(text.substr(7)).append(" , Fl Fl no-").append(text.substr(7));
    } else if (const auto open = text.find('['); text.starts_with("--") && open != std::string_view::npos) {
      out.append(" Fl Fl ").append(text.substr(2, open - 2)).append(" Ns Oo = Ns Ar ");
      out.append(text.substr(open + 2, text.size() - open - 3)).append(" Oc");
    } else if (text.starts_with("--")) {
      out.append(" Fl Fl ").append(text.substr(2));
    } else if (text.starts_with('-')) {
      out.append(" Fl ").append(text.substr(1));
    } else {
      out.append(" Ar \\&").append(text);
    }
    if (comma) out += " ,";
  }
  return out;
}

void flag_list(Mdoc& page, const std::vector<HelpRow>& rows) {
  page.raw(".Bl -tag -width Ds");
  for (const HelpRow& row : rows) page.raw("." + flag_item(row.left)).text(row.right + ".");
  page.raw(".El");
}

void word_list(Mdoc& page, const std::vector<HelpRow>& rows, std::string_view macro) {
  page.raw(".Bl -tag -width Ds");
  for (const HelpRow& row : rows) page.macro("It " + std::string(macro), row.left).text(row.right + ".");
  page.raw(".El");
}

void see_also(Mdoc& page, const std::vector<std::string>& names) {
  page.macro("Sh", "SEE ALSO");
  for (const std::string& name : names) page.raw(".Xr " + name + (name == names.back() ? "" : " ,"));
}

void synopsis(Mdoc& page, const Endpoint& endpoint) {
  page.raw(".Nm facioctl").macro("Cm", command_words(endpoint));
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    const std::string name(param.field.attr.value_name.empty() ? param.field.name : param.field.attr.value_name);
    page.macro(param.field.required ? "Ar" : "Op Ar", name + (param.field.attr.repeatable ? " ..." : ""));
  }
  if (endpoint.assignments) page.macro("Ar", "KEY=VALUE ...");
  page.raw(".Op Ar flags");
}

void description(Mdoc& page, const Endpoint& endpoint) {
  page.macro("Sh", "DESCRIPTION").text(std::string(endpoint.summary) + ".");
  if (const std::string prose = all_prose(endpoint); !prose.empty()) page.raw(".Pp").text(prose);
  if (endpoint.method != Method::none) {
    page.raw(".Pp").text("It sends " + std::string(method_name(endpoint.method)) + " " + std::string(endpoint.path) + ".");
    if (endpoint.extension) page.text("This is an extension of facioctl serve; other agents may not have it.");
  }
  if (endpoint.effect == Effect::destructive) page.text("It asks for confirmation unless --yes is given.");
  if (!endpoint.synonyms.empty()) {
    std::string also = "Also spelled:";
    for (const std::string_view synonym : endpoint.synonyms) also += " `" + std::string(synonym) + "`";
    page.raw(".Pp").text(also + ".");
  }
}

void exit_status(Mdoc& page, const Endpoint& endpoint) {
  page.macro("Sh", "EXIT STATUS").text("0 when done.");
  if (!endpoint.errors.empty()) {
    std::vector<std::string> errors;
    for (const Code code : endpoint.errors) errors.push_back(std::to_string(info(code).exit) + " (" + std::string(info(code).name) + ")");
    page.text("Of its own it fails with " + joined(errors) + ".");
  }
  page.text("All codes are in").raw(".Xr facioctl-exit-codes 7 .");
}

void examples(Mdoc& page, std::span<const Example> all) {
  if (all.empty()) return;
  page.macro("Sh", "EXAMPLES");
  for (const Example& example : all) {
    std::string says(example.says);
    if (!says.empty()) says[0] = upper(says[0]);
    if (&example != &all.front()) page.raw(".Pp");
    page.text(says + ":").literal("facioctl " + std::string(example.command));
  }
}

void command_list(Mdoc& page, std::span<const Endpoint* const> endpoints) {
  page.raw(".Bl -tag -width Ds");
  for (const Endpoint* endpoint : endpoints) {
    page.macro("It Cm", command_usage(*endpoint)).text(std::string(endpoint->summary) + ".");
    page.raw(".Xr " + page_of(endpoint->id) + " 1");
  }
  page.raw(".El");
}

std::string command_page(const Endpoint& endpoint) {
  Mdoc page;
  begin(page, page_of(endpoint.id), 1, std::string(endpoint.summary));
  synopsis(page, endpoint);
  description(page, endpoint);
  if (const auto rows = argument_rows(endpoint); !rows.empty()) {
    page.macro("Sh", "ARGUMENTS");
    word_list(page, rows, "Ar");
  }
  page.macro("Sh", "OPTIONS");
  if (const auto rows = flag_rows(endpoint, true); !rows.empty()) flag_list(page, rows);
  page.text("The options of every command are in").raw(".Xr facioctl 1 .");
  if (const auto keys = endpoint.assignments ? key_rows(*endpoint.body) : std::vector<HelpRow>(); !keys.empty()) {
    page.macro("Sh", "KEYS");
    word_list(page, keys, "Cm");
  }
  if (!endpoint.columns.empty()) {
    std::vector<std::string> columns;
    for (const Column& column : endpoint.columns) columns.push_back(std::string(column.path) + (column.wide ? " (with -o wide)" : ""));
    page.macro("Sh", "OUTPUT").text("Columns of the table: " + joined(columns) + ".");
  }
  if (endpoint.verb().empty()) {
    std::vector<const Endpoint*> others;
    for (const Catalogue* one : unprefixed_catalogues(nullptr))
      std::ranges::copy_if(one->of_area(endpoint.id), std::back_inserter(others),
                           [&](const Endpoint* other) { return other != &endpoint; });
    if (!others.empty()) {
      page.macro("Sh", "COMMANDS");
      command_list(page, others);
    }
  }
  if (const auto rows = environment_rows(endpoint.id); !rows.empty()) {
    page.macro("Sh", "ENVIRONMENT");
    word_list(page, rows, "Ev");
  }
  exit_status(page, endpoint);
  examples(page, endpoint.examples);
  std::vector<std::string> names{"facioctl 1"};
  if (!endpoint.verb().empty()) names.push_back(page_of_area(catalogue_of(endpoint), endpoint.area()) + " 1");
  names.emplace_back("facioctl-exit-codes 7");
  see_also(page, names);
  return page.take();
}

std::string area_page(const Catalogue& known, const Area& area) {
  Mdoc page;
  begin(page, page_of_area(known, area.name), 1, std::string(area.title));
  const bool behind = known.prefixed() && area.name != known.system();
  page.raw(".Nm facioctl").macro("Cm", (behind ? std::string(known.system()) + " " : std::string()).append(area.name));
  page.raw(".Ar command").raw(".Op Ar flags");
  page.macro("Sh", "DESCRIPTION").text(std::string(area.title) + ".").text("These are the commands:");
  command_list(page, known.of_area(area.name));
  see_also(page, {"facioctl 1", "facioctl-exit-codes 7"});
  return page.take();
}

void area_items(Mdoc& page, const Catalogue& known) {
  for (const Area& area : known.areas())
    page.macro("It Cm", area.name).text(std::string(area.title) + ".").raw(".Xr " + page_of_area(known, area.name) + " 1");
}

std::string system_page(const System& system) {
  const Catalogue& known = system.catalogue();
  if (known.areas().empty()) return area_page(known, {system.name, system.title});
  Mdoc page;
  begin(page, page_of(system.name), 1, std::string(system.title));
  page.raw(".Nm facioctl").macro("Cm", system.name).raw(".Ar area").raw(".Ar command").raw(".Op Ar flags");
  page.macro("Sh", "DESCRIPTION").text(std::string(system.title) + ".").text("These are the areas:");
  page.raw(".Bl -tag -width Ds");
  area_items(page, known);
  page.raw(".El");
  if (const auto commands = known.of_area({}); !commands.empty()) {
    page.raw(".Pp").text("These commands are in no area:");
    command_list(page, commands);
  }
  page.raw(".Pp").text("In a context of kind " + std::string(system.name) + " the word " + std::string(system.name) + " may be left out.");
  see_also(page, {"facioctl 1", "facioctl-exit-codes 7"});
  return page.take();
}

void exit_code_list(Mdoc& page) {
  page.raw(".Bl -tag -width Ds");
  for (const CodeInfo* row : exit_rows()) {
    page.macro("It", std::to_string(row->exit) + " " + std::string(row->name));
    page.text(std::string(row->when) + "." + (row->retryable ? " Retrying can help." : ""));
  }
  page.macro("It", "130, 143, 141").text("ended by SIGINT, SIGTERM, SIGPIPE.").raw(".El");
}

std::string exit_codes_page() {
  Mdoc page;
  begin(page, "facioctl-exit-codes", 7, "what the exit codes of facioctl mean");
  page.raw(".Nm facioctl help exit-codes").raw(".Op Fl o Cm json");
  page.macro("Sh", "DESCRIPTION").text("Every command exits with one of these codes. They never change their meaning.");
  exit_code_list(page);
  page.raw(".Pp").text(
      "With -o json, ndjson or yaml a failure is one line on standard error, an object whose member error has code, exit, message and, "
      "if known, hint, http, method, path and retryable.");
  see_also(page, {"facioctl 1"});
  return page.take();
}

/// Whether a word is an area of the default system or of this program.
bool is_area(std::string_view word) { return default_system().catalogue().has_area(word) || local_commands().has_area(word); }

/// The part of the overview that comes from the catalogue.
std::string filled(std::string_view mark) {
  Mdoc page;
  if (mark == "options") {
    std::vector<HelpRow> rows;
    for (const GlobalFlag& flag : kGlobalFlags) rows.push_back(global_row(flag, true));
    flag_list(page, rows);
  } else if (mark == "environment") {
    page.text(kEnvironmentRule);
    word_list(page, environment_rows(), "Ev");
  } else if (mark == "exit codes") {
    exit_code_list(page);
  } else if (mark == "commands") {
    page.raw(".Bl -tag -width Ds");
    const Catalogue& local = local_commands();
    area_items(page, default_system().catalogue());
    area_items(page, local);
    for (const System* system : systems().subspan(1))
      page.macro("It Cm", system->name).text(std::string(system->title) + ".").raw(".Xr " + page_of(system->name) + " 1");
    for (std::size_t at = 0; at < local.size(); ++at)
      if (const std::string_view id = local.id_at(at); id.find('.') == std::string_view::npos && !is_area(id))
        page.macro("It Cm", id).text(std::string(local.summary_at(at)) + ".").raw(".Xr " + page_of(id) + " 1");
    page.raw(".El");
  }
  return page.take();
}

std::string overview_page() {
  constexpr std::string_view kMark = ".\\\" catalogue: ";
  std::string text;
  for (const std::string_view line : split_terminated(embedded::kOverview)) {
    text += line.starts_with(kMark) ? filled(line.substr(kMark.size())) : std::string(line) + "\n";
  }
  return text;
}

std::vector<PageName> all_pages() {
  std::vector<PageName> pages{{"facioctl", 1}, {"facioctl.yaml", 5}, {"facioctl-exit-codes", 7}};
  for (const Catalogue* known : all_catalogues()) {
    for (std::size_t at = 0; at < known->size(); ++at) pages.push_back({page_of(known->id_at(at)), 1});
    for (const Area& area : known->areas())
      if (known->prefixed() || local_commands().find(area.name) == nullptr) pages.push_back({page_of_area(*known, area.name), 1});
    if (known->prefixed()) pages.push_back({page_of(known->system()), 1});
  }
  return pages;
}

/// The text of a page; empty when there is no such page.
std::string page_text(const PageName& page) {
  if (page.name == "facioctl") return overview_page();
  if (page.name == "facioctl.yaml") return std::string(embedded::kConfiguration);
  if (page.name == "facioctl-exit-codes") return exit_codes_page();
  for (const Catalogue* known : all_catalogues()) {
    for (std::size_t at = 0; at < known->size(); ++at)
      if (page_of(known->id_at(at)) == page.name) return command_page(known->at(at));
    for (const Area& area : known->areas())
      if (page_of_area(*known, area.name) == page.name && (known->prefixed() || local_commands().find(area.name) == nullptr))
        return area_page(*known, area);
    if (known->prefixed() && page_of(known->system()) == page.name) return system_page(*find_system(known->system()));
  }
  return {};
}

Status write_file(const std::string& path, const std::string& text) {
  auto file = FileWriter::open(path, 0644);
  if (!file) return fail(std::move(file.error()));
  auto status = file->write(text);
  return status ? file->finish(Durable::no) : status;
}

Result<int> write_pages(const std::string& folder) {
  for (const PageName& page : all_pages()) {
    const std::string section = std::to_string(page.section);
    const std::string place = folder + "/man" + section;
    if (auto status = make_directories_above(place + "/", 0755); !status) return fail(std::move(status.error()));
    if (auto status = write_file(place + "/" + page.name + "." + section, page_text(page)); !status) return fail(std::move(status.error()));
  }
  return 0;
}

}  // namespace

Result<int> show(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("all")) {
    if (invocation.given("page")) return fail(Code::usage, "--all writes every page and cannot be combined with PAGE");
    if (invocation.value("all").empty()) return fail_field(Code::usage, "--all", "--all: must be a directory");
    return write_pages(std::string(invocation.value("all")));
  }
  std::string name = joined(invocation.all("page"), "-");
  if (name.empty()) name = "facioctl";
  if (const auto dot = name.rfind('.'); dot != std::string::npos && dot + 2 == name.size()) name.resize(dot);  // facioctl-cron.1
  std::string text = page_text({name, 1});
  if (text.empty()) text = page_text({"facioctl-" + name, 1});  // `man cron-create`, `man cron create`
  if (text.empty()) return fail(Code::not_found, "there is no page '" + printable(name) + "'", "facioctl man --all DIR writes all of them");
  return exit_code(client.streams().out.write(text));
}

}  // namespace facio::man
