#include "cli/output/query.hpp"

#include <algorithm>

#include "cli/core/json_scan.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/jq_library.hpp"
#include "cli/output/query_path.hpp"

namespace facio::output {
namespace {

constexpr int kPretty = JV_PRINT_INDENT_FLAGS(2);

/// The one filter of this run of the program, compiled.
struct Compiled {
  std::string filter;
  jq_state* state = nullptr;
  std::string words;  ///< of the compiler, the first message alone
  std::string notes;
};

Compiled& kept() {
  static Compiled compiled;
  return compiled;
}

std::string jq_text(const JqLibrary& jq, jv string) {
  std::string text(jq.jv_string_value(string), static_cast<std::size_t>(jq.jv_string_length_bytes(jq.jv_copy(string))));
  jq.jv_free(string);
  return text;
}

std::string dumped(const JqLibrary& jq, jv value, int flags) { return jq_text(jq, jq.jv_dump_string(value, flags)); }

/// A message of the compiler without what is plain from where it is told: "jq: error: … at <top-level>, line 1:\n(the filter)".
void on_compile_error(void* to, jv message) {
  auto& compiled = *static_cast<Compiled*>(to);
  const JqLibrary& jq = **load_jq();
  std::string text = jq_text(jq, jq.jq_format_error(message));
  if (!compiled.words.empty()) return;
  constexpr std::string_view head = "jq: error: ", top = "<top-level>, ";
  if (text.starts_with(head)) text.erase(0, head.size());
  if (const auto at = text.find(top); at != std::string::npos) text.erase(at, top.size());
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  if (text.ends_with(':')) text.pop_back();
  compiled.words = std::move(text);
}

void on_debug(void* to, jv value) {
  const JqLibrary& jq = **load_jq();
  jv line = jq.jv_array_append(jq.jv_array_append(jq.jv_array(), jq.jv_string("DEBUG:")), value);
  static_cast<Compiled*>(to)->notes += dumped(jq, line, 0) + "\n";
}

/// There is one input and no further one.
jv no_input(jq_state* /*state*/, void* /*unused*/) { return (*load_jq())->jv_invalid(); }

/// What the program jq tells its library about itself; the names of libraries are searched by these.
void introduce(const JqLibrary& jq, jq_state* state) {
  jv paths = jq.jv_array();
  for (const char* path : {"~/.jq", "$ORIGIN/../lib/jq", "$ORIGIN/lib"}) paths = jq.jv_array_append(paths, jq.jv_string(path));
  jq.jq_set_attr(state, jq.jv_string("JQ_LIBRARY_PATH"), paths);
  jq.jq_set_attr(state, jq.jv_string("JQ_ORIGIN"), jq.jv_string("/usr/bin"));
  jq.jq_set_attr(state, jq.jv_string("PROGRAM_ORIGIN"), jq.jv_string("."));
}

jv arguments(const JqLibrary& jq) {
  const jv both =
      jq.jv_object_set(jq.jv_object_set(jq.jv_object(), jq.jv_string("positional"), jq.jv_array()), jq.jv_string("named"), jq.jv_object());
  return jq.jv_object_set(jq.jv_object(), jq.jv_string("ARGS"), both);
}

/// The program jq knows these two of its input; the library alone does not. `json` is what the filter is for; null: nothing yet.
std::string with_input_names(const std::string& filter, const std::string_view* json) {
  if (filter.find("input_filename") == std::string::npos && filter.find("input_line_number") == std::string::npos) return filter;
  std::string shown;
  if (json != nullptr) append_indented(shown, *json);
  const auto lines = std::count(shown.begin(), shown.end(), '\n') + 1;
  return "def input_filename: \"<stdin>\"; def input_line_number: " + std::to_string(lines) + "; " + filter;
}

tl::unexpected<Error> refuse(Code code, const std::string& words) {
  return fail(Error(code, "--query: " + words).with_field("--query").with_hint("see the filter's language in man jq"));
}

Result<Compiled*> compile(const std::string& text, const std::string_view* json) {
  const std::string filter = with_input_names(text, json);
  auto loaded = load_jq();
  if (!loaded) return fail(std::move(loaded.error()));
  const JqLibrary& jq = **loaded;
  Compiled& compiled = kept();
  if (compiled.state != nullptr && compiled.filter == filter) return &compiled;
  if (compiled.state != nullptr) jq.jq_teardown(&compiled.state);
  compiled = {};
  jq_state* state = jq.jq_init();
  if (state == nullptr) return refuse(Code::internal, "the library of jq did not start");
  introduce(jq, state);
  jq.jq_set_error_cb(state, &on_compile_error, &compiled);
  jq.jq_set_debug_cb(state, &on_debug, &compiled);
  jq.jq_set_input_cb(state, &no_input, nullptr);
  if (jq.jq_compile_args(state, filter.c_str(), arguments(jq)) == 0) {
    jq.jq_teardown(&state);
    return refuse(Code::usage, compiled.words.empty() ? "this is no filter" : compiled.words);
  }
  compiled.filter = filter;
  compiled.state = state;
  return &compiled;
}

void append_tab_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    const char escape = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\\' ? '\\' : '\0';
    if (escape != '\0') out += '\\';
    out += escape != '\0' ? escape : c;
  }
}

void append_cell(const JqLibrary& jq, std::string& out, jv value) {
  const jv_kind kind = jq.jv_get_kind(value);
  if (kind == JV_KIND_STRING) append_tab_text(out, jq_text(jq, value));
  else if (kind == JV_KIND_NULL) jq.jv_free(value);
  else out += dumped(jq, value, 0);
}

void append_result(const JqLibrary& jq, std::string& out, jv value, QueryForm form) {
  switch (form) {
    case QueryForm::pretty: out += dumped(jq, value, kPretty); break;
    case QueryForm::compact: out += dumped(jq, value, 0); break;
    case QueryForm::yaml:
      if (!out.empty()) out += "---\n";
      append_yaml(out, dumped(jq, value, 0));
      return;
    case QueryForm::text:
      if (jq.jv_get_kind(value) != JV_KIND_ARRAY) {
        append_cell(jq, out, value);
        break;
      }
      for (int i = 0, count = jq.jv_array_length(jq.jv_copy(value)); i < count; ++i) {
        if (i != 0) out += '\t';
        append_cell(jq, out, jq.jv_array_get(jq.jv_copy(value), i));
      }
      jq.jv_free(value);
  }
  out += '\n';
}

/// What `halt` and `halt_error` said.
Status stopped(const JqLibrary& jq, jq_state* state, std::string& notes) {
  const jv code = jq.jq_get_exit_code(state);
  // Without a code it was `halt`, which is no failure; without a number it is jq's 5.
  const bool failed = jq.jv_get_kind(code) != JV_KIND_INVALID && (jq.jv_get_kind(code) != JV_KIND_NUMBER || jq.jv_number_value(code) != 0);
  jq.jv_free(code);
  const jv message = jq.jq_get_error_message(state);
  std::string words;
  if (jq.jv_get_kind(message) == JV_KIND_STRING) words = jq_text(jq, message);
  else if (jq.jv_get_kind(message) == JV_KIND_INVALID || jq.jv_get_kind(message) == JV_KIND_NULL) jq.jv_free(message);
  else words = dumped(jq, message, 0);
  while (words.ends_with('\n')) words.pop_back();
  if (failed) return fail(Error(Code::failed, "--query: the filter ended: " + words).with_field("--query"));
  if (!words.empty()) notes += words + "\n";
  return {};
}

Status read_end(const JqLibrary& jq, jq_state* state, jv last, std::string& notes) {
  if (jq.jq_halted(state) != 0) {
    jq.jv_free(last);
    return stopped(jq, state, notes);
  }
  if (jq.jv_invalid_has_msg(jq.jv_copy(last)) == 0) {
    jq.jv_free(last);
    return {};
  }
  const jv message = jq.jv_invalid_get_msg(last);
  if (jq.jv_get_kind(message) == JV_KIND_STRING) return refuse(Code::usage, jq_text(jq, message));
  return refuse(Code::usage, "(not a string): " + dumped(jq, message, 0));
}

}  // namespace

Status prepare_query(const std::string& filter) {
  if (is_path_query(filter)) return {};
  auto compiled = compile(filter, nullptr);
  if (!compiled) return fail(std::move(compiled.error()));
  return {};
}

Status run_query(const std::string& filter, std::string_view json, QueryForm form, std::string& out, std::string& notes) {
  // Most filters are paths, and the library needs longer to start than a large reply to be read.
  if ((form == QueryForm::pretty || form == QueryForm::compact) && run_path_query(filter, json, form, out)) return {};
  auto compiled = compile(filter, &json);
  if (!compiled) return fail(std::move(compiled.error()));
  const JqLibrary& jq = **load_jq();
  Compiled& query = **compiled;
  const jv input = jq.jv_parse_sized(json.data(), static_cast<int>(json.size()));
  if (jq.jv_get_kind(input) == JV_KIND_INVALID) {
    const jv words = jq.jv_invalid_get_msg(input);
    return fail(Code::server, "jq cannot read the answer: " + (jq.jv_get_kind(words) == JV_KIND_STRING ? jq_text(jq, words) : "no value"));
  }
  std::string results;
  query.notes.clear();
  jq.jq_start(query.state, input, 0);
  jv result = jq.jq_next(query.state);
  for (; jq.jv_get_kind(result) != JV_KIND_INVALID; result = jq.jq_next(query.state)) append_result(jq, results, result, form);
  Status status = read_end(jq, query.state, result, query.notes);
  notes += query.notes;
  if (!status) return status;
  if (out.empty()) out = std::move(results);
  else out += results;
  return {};
}

}  // namespace facio::output
