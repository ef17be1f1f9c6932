// The A2A surface: /a2a/v1 in two bindings, JSON-RPC at the root and HTTP+JSON below it, in versions 1.0 and 0.3 of the protocol.
//
// These routes are not endpoints of the catalogue. A public protocol defines them, in forms that an endpoint's declaration cannot express
// (one path with a method in its body, /tasks/{id}:cancel, a streamed answer, errors of another shape), and `facioctl peers call` is the
// only command that people need. So the catalogue, which every start pays for, omits them; the protocol's specification documents them.
#pragma once

#include "commands/facio/runtime/a2a/tasks.hpp"
#include "commands/serve/http/mounted.hpp"

namespace facio {
class AgentService;
}

namespace facio::serve {

class A2aSurface final : public MountedHandler {
 public:
  A2aSurface(a2a::Tasks& tasks, const AgentService& agent) : tasks_(tasks), agent_(agent) {}

  [[nodiscard]] unsigned methods(const Segments& segments) const override;
  [[nodiscard]] bool checks_body_type() const override { return true; }
  void answer(MountedCall call, UniqueFunction<void(Answer)> done) override;

 private:
  a2a::Tasks& tasks_;
  const AgentService& agent_;
};

}  // namespace facio::serve
