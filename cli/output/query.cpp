// --query beyond plain paths: the reply through libjq.
#include <dlfcn.h>

#include <algorithm>
#include <csetjmp>
#include <csignal>

#include "cli/core/text.hpp"
#include "cli/output/big_numbers.hpp"
#include "cli/output/expressions.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/jq_value.hpp"

namespace facio::output {
namespace {

constexpr int kIndent = 2;

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<JqLibrary> load() {
  void* const library = ::dlopen("libjq.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(
        Error(Code::unsupported, "--query needs the jq library, which is not installed (libjq.so.1)").with_hint("apt install libjq1"));
  JqLibrary found;
#define FACIO_JQ_FIND(name) &&find(library, #name, found.name)
  const bool complete = true FACIO_JQ_FUNCTIONS(FACIO_JQ_FIND);
#undef FACIO_JQ_FIND
  if (!complete)
    return fail(Error(Code::unsupported, "the installed libjq.so.1 lacks a function that --query needs").with_hint("apt install libjq1"));
  return found;
}

/// Loads the library once, by its fixed name in the system's directories.
const Result<JqLibrary>& load_jq() {
  static const Result<JqLibrary> loaded = load();
  return loaded;
}

/// A run of the program has one filter, which is compiled once.
struct Compiled {
  std::string filter;
  jq_state* state = nullptr;
  std::string error;  ///< the compiler's first message
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

std::string dumped(const JqLibrary& jq, jv value) {
  std::string text;
  append_jq_value(jq, text, value, 0);
  return text;
}

/// Keeps the compiler's message without its frame, "jq: error: … at <top-level>, line 1:\n(the filter)".
void on_compile_error(void* to, jv message) {
  auto& compiled = *static_cast<Compiled*>(to);
  const JqLibrary& jq = *load_jq();
  std::string text = jq_text(jq, jq.jq_format_error(message));
  if (!compiled.error.empty()) return;
  constexpr std::string_view head = "jq: error: ", top = "<top-level>, ";
  if (text.starts_with(head)) text.erase(0, head.size());
  if (const auto at = text.find(top); at != std::string::npos) text.erase(at, top.size());
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  if (text.ends_with(':')) text.pop_back();
  compiled.error = std::move(text);
}

void on_debug(void* to, jv value) {
  const JqLibrary& jq = *load_jq();
  jv line = jq.jv_array_append(jq.jv_array_append(jq.jv_array(), jq.jv_string("DEBUG:")), value);
  static_cast<Compiled*>(to)->notes += dumped(jq, line) + "\n";
}

/// `input` finds nothing: the reply is the only input.
jv no_input(jq_state* /*state*/, void* /*unused*/) { return load_jq()->jv_invalid(); }

/// The attributes that the program jq sets; `import` searches these paths.
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

/// Defines two functions about the input that the program jq has and the library alone has not. `json` is the input; null: none yet.
std::string with_input_names(const std::string& filter, const std::string_view* json) {
  if (filter.find("input_filename") == std::string::npos && filter.find("input_line_number") == std::string::npos) return filter;
  std::string shown;
  if (json != nullptr) append_indented(shown, *json);
  const auto lines = std::count(shown.begin(), shown.end(), '\n') + 1;
  return "def input_filename: \"<stdin>\"; def input_line_number: " + std::to_string(lines) + "; " + filter;
}

tl::unexpected<Error> refuse(Code code, const std::string& why) {
  return fail(Error(code, "--query: " + why).with_field("--query").with_hint("see man jq for the filter language"));
}

Result<Compiled*> compile(const std::string& text, const std::string_view* json) {
  const std::string filter = with_input_names(text, json);
  const auto& loaded = load_jq();
  if (!loaded) return fail(loaded.error());
  const JqLibrary& jq = *loaded;
  Compiled& compiled = kept();
  if (compiled.state != nullptr && compiled.filter == filter) return &compiled;
  if (compiled.state != nullptr) jq.jq_teardown(&compiled.state);
  compiled = {};
  jq_state* state = jq.jq_init();
  if (state == nullptr) return refuse(Code::internal, "the jq library did not start");
  introduce(jq, state);
  jq.jq_set_error_cb(state, &on_compile_error, &compiled);
  jq.jq_set_debug_cb(state, &on_debug, &compiled);
  jq.jq_set_input_cb(state, &no_input, nullptr);
  if (jq.jq_compile_args(state, filter.c_str(), arguments(jq)) == 0) {
    jq.jq_teardown(&state);
    return refuse(Code::usage, compiled.error.empty() ? "this is not a filter" : compiled.error);
  }
  compiled.filter = filter;
  compiled.state = state;
  return &compiled;
}

void append_cell(const JqLibrary& jq, std::string& out, jv value, bool harmless) {
  const jv_kind kind = jq.jv_get_kind(value);
  if (kind == JV_KIND_STRING) append_tsv(out, harmless ? harmless_cell(jq_text(jq, value)) : jq_text(jq, value));
  else if (kind == JV_KIND_NULL) jq.jv_free(value);
  else out += dumped(jq, value);
}

void append_result(const JqLibrary& jq, std::string& out, jv value, QueryForm form) {
  switch (form) {
    case QueryForm::pretty: append_jq_value(jq, out, value, kIndent); break;
    case QueryForm::compact: append_jq_value(jq, out, value, 0); break;
    case QueryForm::yaml:
      if (!out.empty()) out += "---\n";
      append_yaml(out, dumped(jq, value));
      return;
    case QueryForm::text:
    case QueryForm::harmless_text:
      if (jq.jv_get_kind(value) != JV_KIND_ARRAY) {
        append_cell(jq, out, value, form == QueryForm::harmless_text);
        break;
      }
      for (int i = 0, count = jq.jv_array_length(jq.jv_copy(value)); i < count; ++i) {
        if (i != 0) out += '\t';
        append_cell(jq, out, jq.jv_array_get(jq.jv_copy(value), i), form == QueryForm::harmless_text);
      }
      jq.jv_free(value);
  }
  out += '\n';
}

/// How the filter ended by `halt` or `halt_error`.
Status stopped(const JqLibrary& jq, jq_state* state, std::string& notes) {
  const jv code = jq.jq_get_exit_code(state);
  // No code means `halt`, which is not a failure; jq exits with 5 when the code is not a number.
  const bool failed = jq.jv_get_kind(code) != JV_KIND_INVALID && (jq.jv_get_kind(code) != JV_KIND_NUMBER || jq.jv_number_value(code) != 0);
  jq.jv_free(code);
  const jv message = jq.jq_get_error_message(state);
  std::string text;
  if (jq.jv_get_kind(message) == JV_KIND_STRING) text = jq_text(jq, message);
  else if (jq.jv_get_kind(message) == JV_KIND_INVALID || jq.jv_get_kind(message) == JV_KIND_NULL) jq.jv_free(message);
  else text = dumped(jq, message);
  while (text.ends_with('\n')) text.pop_back();
  if (failed) return fail(Error(Code::failed, "--query: the filter ended: " + text).with_field("--query"));
  if (!text.empty()) notes += text + "\n";
  return {};
}

sigjmp_buf before_assertion;  ///< valid while next_result runs

void on_assertion(int /*signal*/) { ::siglongjmp(before_assertion, 1); }

/// The next result; nothing when the library ended by an assertion, as it does for some arguments (`strftime(1)`). Its state is lost then.
/// Only C code of the library is left by the jump.
bool next_result(const JqLibrary& jq, jq_state* state, jv& result) {
  struct sigaction ours = {}, before = {};
  ours.sa_handler = &on_assertion;
  if (::sigsetjmp(before_assertion, 1) != 0) {
    ::signal(SIGABRT, SIG_DFL);
    return false;
  }
  ::sigaction(SIGABRT, &ours, &before);
  result = jq.jq_next(state);
  ::sigaction(SIGABRT, &before, nullptr);
  return true;
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
  return refuse(Code::usage, "(not a string): " + dumped(jq, message));
}

}  // namespace

Status prepare_query(const std::string& filter) {
  if (is_path_query(filter)) return {};
  return compile(filter, nullptr).map([](Compiled*) {});
}

namespace {

/// One run of the filter by the library.
Status run_once(const std::string& filter, std::string_view json, QueryForm form, std::string& out, std::string& notes) {
  auto compiled = compile(filter, &json);
  if (!compiled) return fail(std::move(compiled.error()));
  const JqLibrary& jq = *load_jq();
  Compiled& query = **compiled;
  if (trimmed(json).empty()) return fail(Code::server, "jq cannot read the answer: no value");
  std::string results;
  query.notes.clear();
  jq.jq_start(query.state, jq_value(jq, json), 0);
  jv result;
  for (;;) {
    if (!next_result(jq, query.state, result)) {
      query = {};
      return refuse(Code::usage, "the jq library failed on this (see its assertion above)");
    }
    if (jq.jv_get_kind(result) == JV_KIND_INVALID) break;
    append_result(jq, results, result, form);
  }
  Status status = read_end(jq, query.state, result, query.notes);
  notes += query.notes;
  if (!status) return status;
  out += results;
  return {};
}

/// The results with one set of stand-ins for big integers.
Result<std::string> run_with(const BigNumbers& big, BigNumbers::Set set, const std::string& filter, std::string_view json, QueryForm form,
                             std::string& notes) {
  std::string results;
  if (auto status = run_once(big.with_stand_ins(filter, set), big.with_stand_ins(json, set), form, results, notes); !status)
    return fail(std::move(status.error()));
  const JqLibrary& jq = *load_jq();
  std::vector<std::string> shown;
  for (const double number : big.stand_ins(set)) append_jq_value(jq, shown.emplace_back(), jq.jv_number(number), 0);
  return big.restored(results, shown);
}

Status run_with_big_numbers(const BigNumbers& big, const std::string& filter, std::string_view json, QueryForm form, std::string& out,
                            std::string& notes) {
  std::string ignored;
  const auto near = run_with(big, BigNumbers::Set::near, filter, json, form, notes);
  if (!near) return fail(near.error());
  const auto far = big.takes_remainders() ? near : run_with(big, BigNumbers::Set::far, filter, json, form, ignored);
  if (big.takes_remainders() || !far || *far != *near)
    return fail(Error(Code::usage, "--query: the filter computes with integers beyond 2^53, as " + big.example() + ", which jq rounds")
                    .with_field("--query")
                    .with_hint("print the answer with -o json and compute elsewhere"));
  out += *near;
  return {};
}

}  // namespace

Status run_query(const std::string& filter, std::string_view json, QueryForm form, std::string& out, std::string& notes) {
  // Most filters are paths, and starting the library takes longer than reading a large reply.
  if ((form == QueryForm::pretty || form == QueryForm::compact) && run_path_query(filter, json, form, out)) return {};
  const BigNumbers big(json, filter);
  return big.empty() ? run_once(filter, json, form, out, notes) : run_with_big_numbers(big, filter, json, form, out, notes);
}

}  // namespace facio::output
