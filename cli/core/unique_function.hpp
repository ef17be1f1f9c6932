// A callable that owns what it captures and is called once or more; unlike std::function it need not be copyable.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace facio {

template <class Signature>
class UniqueFunction;

template <class R, class... A>
class UniqueFunction<R(A...)> {
 public:
  UniqueFunction() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, F&, A...>)
      UniqueFunction(F&& function)  // NOLINT(google-explicit-constructor): converts like std::function
      : target_(new Holder<std::decay_t<F>>(std::forward<F>(function))) {}
  UniqueFunction(UniqueFunction&&) noexcept = default;
  UniqueFunction& operator=(UniqueFunction&&) noexcept = default;

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(A... arguments) { return target_->call(std::forward<A>(arguments)...); }

 private:
  struct Target {
    virtual ~Target() = default;
    virtual R call(A... arguments) = 0;
  };
  template <class F>
  struct Holder final : Target {
    explicit Holder(F function) : function_(std::move(function)) {}
    R call(A... arguments) override { return function_(std::forward<A>(arguments)...); }
    F function_;
  };
  std::unique_ptr<Target> target_;
};

}  // namespace facio
