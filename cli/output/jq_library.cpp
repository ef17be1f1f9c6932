#include "cli/output/jq_library.hpp"

#include <dlfcn.h>

namespace facio::output {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<JqLibrary> load() {
  void* const library = ::dlopen("libjq.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(
        Error(Code::unsupported, "--query needs the library of jq, which is not installed (libjq.so.1)").with_hint("apt install libjq1"));
  JqLibrary found;
#define FACIO_JQ_FIND(name) &&find(library, #name, found.name)
  const bool complete = true FACIO_JQ_FUNCTIONS(FACIO_JQ_FIND);
#undef FACIO_JQ_FIND
  if (!complete)
    return fail(Error(Code::unsupported, "the installed libjq.so.1 lacks a function that --query needs").with_hint("apt install libjq1"));
  return found;
}

}  // namespace

Result<const JqLibrary*> load_jq() {
  static const Result<JqLibrary> loaded = load();
  if (!loaded) return fail(Error(loaded.error()));
  return &*loaded;
}

}  // namespace facio::output
