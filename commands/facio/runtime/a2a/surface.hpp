// The A2A surface: /a2a/v1 in two bindings, JSON-RPC at the root and HTTP+JSON below it, in versions 1.0 and 0.3 of the protocol.
//
// These routes are no endpoints of the catalogue. What they take and give is laid down by a protocol of others, in forms that an endpoint's
// declaration has no words for (one path with a method in its body, /tasks/{id}:cancel, an answer that is a stream, errors of another
// shape), and a person has no use for a command of each: `facioctl peers call` is the command. So the catalogue, which every start pays
// for, stays as it is, and the protocol's own specification is their documentation.
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
  void answer(MountedCall call, UniqueFunction<void(Answer)> done) override;

 private:
  a2a::Tasks& tasks_;
  const AgentService& agent_;
};

}  // namespace facio::serve
