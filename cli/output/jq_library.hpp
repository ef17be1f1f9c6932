// libjq, loaded when the first filter needs it: no other command pays for it.
#pragma once

extern "C" {
#include <jq.h>
}
// An unused inline function of the header calls it, and an unoptimized build keeps that function.
#pragma weak jv_get_kind

namespace facio::output {

/// The functions that are used, by their own names. Types come from the header, code from libjq.so.1.
struct JqLibrary {
// clang-format off
#define FACIO_JQ_FUNCTIONS(X)                                                                                          \
  X(jq_init) X(jq_teardown) X(jq_compile_args) X(jq_start) X(jq_next) X(jq_set_error_cb) X(jq_set_debug_cb)            \
      X(jq_set_input_cb) X(jq_set_attr) X(jq_format_error) X(jq_halted) X(jq_get_exit_code) X(jq_get_error_message)    \
      X(jv_dump_string) X(jv_get_kind) X(jv_copy) X(jv_free) X(jv_invalid) X(jv_invalid_has_msg) X(jv_invalid_get_msg) \
      X(jv_number_value) X(jv_array) X(jv_array_append) X(jv_array_length) X(jv_array_get) X(jv_object)                \
      X(jv_object_set) X(jv_string) X(jv_string_value) X(jv_string_length_bytes) X(jv_string_sized) X(jv_true)         \
      X(jv_false) X(jv_null) X(jv_number) X(jv_object_iter) X(jv_object_iter_valid) X(jv_object_iter_next)             \
      X(jv_object_iter_key) X(jv_object_iter_value)
#define FACIO_JQ_MEMBER(name) decltype(&::name) name = nullptr;  // NOLINT(bugprone-macro-parentheses): a declared name
  FACIO_JQ_FUNCTIONS(FACIO_JQ_MEMBER)
// clang-format on
#undef FACIO_JQ_MEMBER
};

}  // namespace facio::output
