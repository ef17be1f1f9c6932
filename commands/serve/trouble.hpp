// What goes wrong inside the server without anybody to be told: a line on standard error, and the server goes on.
#pragma once

#include <string_view>
#include <utility>

namespace facio::serve {

/// Writes "facioctl: WHAT: WHY" to standard error; lines beyond a few a second are counted and left out. Needs no memory.
void report_trouble(std::string_view what, std::string_view why) noexcept;
/// The same for the exception that is being handled. Its own text is not shown, as it may hold a secret.
void report_exception(std::string_view what) noexcept;

/// Calls `work`. What it throws is reported as trouble in `what` and goes no further; false then.
template <class F>
bool contained(std::string_view what, F&& work) noexcept {
  try {
    std::forward<F>(work)();
    return true;
  } catch (...) {
    report_exception(what);
    return false;
  }
}

}  // namespace facio::serve
