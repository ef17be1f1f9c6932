// A callable that owns what it captures and is called once or more; unlike std::function it need not be copyable.
#pragma once

#include <type_traits>
#include <utility>

namespace facio {

template <class Signature>
class UniqueFunction;

/// Two plain pointers to functions instead of a table of virtual ones: a table for each closure of the program would have to be relocated
/// at every start.
template <class R, class... A>
class UniqueFunction<R(A...)> {
 public:
  UniqueFunction() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, F&, A...>)
      UniqueFunction(F&& function)  // NOLINT(google-explicit-constructor): converts like std::function
      : target_(new std::decay_t<F>(std::forward<F>(function))),
        call_(&call_target<std::decay_t<F>>),
        drop_(&drop_target<std::decay_t<F>>) {}
  UniqueFunction(UniqueFunction&& other) noexcept
      : target_(std::exchange(other.target_, nullptr)), call_(other.call_), drop_(other.drop_) {}
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    UniqueFunction taken(std::move(other));
    std::swap(target_, taken.target_);
    std::swap(call_, taken.call_);
    std::swap(drop_, taken.drop_);
    return *this;
  }
  ~UniqueFunction() {
    if (target_ != nullptr) drop_(target_);
  }

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(A... arguments) { return call_(target_, std::forward<A>(arguments)...); }

 private:
  template <class F>
  static R call_target(void* target, A... arguments) {
    return (*static_cast<F*>(target))(std::forward<A>(arguments)...);
  }
  template <class F>
  static void drop_target(void* target) {
    delete static_cast<F*>(target);
  }

  void* target_ = nullptr;
  R (*call_)(void*, A...) = nullptr;
  void (*drop_)(void*) = nullptr;
};

}  // namespace facio
