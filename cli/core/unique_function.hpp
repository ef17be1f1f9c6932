// A callable that owns what it captures and is called once or more; unlike std::function it need not be copyable.
#pragma once

#include <type_traits>
#include <utility>

namespace facio {

template <class Signature>
class UniqueFunction;

/// One pointer wide. Holds function pointers instead of a vtable, as one for each closure type would have to be relocated at every start.
template <class R, class... A>
class UniqueFunction<R(A...)> {
 public:
  UniqueFunction() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, F&, A...>)
      UniqueFunction(F&& function)  // NOLINT(google-explicit-constructor): converts like std::function
      : target_(new Holder<std::decay_t<F>>(std::forward<F>(function))) {}
  UniqueFunction(UniqueFunction&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    Target* before = std::exchange(target_, std::exchange(other.target_, nullptr));
    if (before != nullptr) before->drop(before);
    return *this;
  }
  ~UniqueFunction() {
    if (target_ != nullptr) target_->drop(target_);
  }

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(A... arguments) { return target_->call(target_, std::forward<A>(arguments)...); }

 private:
  struct Target {
    R (*call)(Target*, A...);
    void (*drop)(Target*);
  };
  template <class F>
  struct Holder : Target {
    template <class G>
    explicit Holder(G&& given) : Target{&call_it, &drop_it}, function(std::forward<G>(given)) {}
    static R call_it(Target* self, A... arguments) { return static_cast<Holder*>(self)->function(std::forward<A>(arguments)...); }
    static void drop_it(Target* self) { delete static_cast<Holder*>(self); }
    F function;
  };

  Target* target_ = nullptr;
};

}  // namespace facio
