// Routes of the improvement area.
#include <span>

#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/improvement/server/run_records.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::improvement {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view id_of(const Call& call) { return call.arguments.text("runId"); }

template <class T>
Result<Reply> reply_of(Result<T> value) {
  if (!value) return fail(std::move(value.error()));
  return serve::reply_with(*value);
}
Result<Reply> text_of(Result<std::string> text) {
  if (!text) return fail(std::move(text.error()));
  return Reply{.body = std::move(*text)};
}

Result<Reply> list(Runtime& runtime, Call& call) {
  return reply_of(runtime.improvement.list(call.agent, call.arguments.integer("limit", 50), call.arguments.find("status")));
}
Result<Reply> get(Runtime& runtime, Call& call) { return reply_of(runtime.improvement.get(call.agent, id_of(call))); }
Result<Reply> report(Runtime& runtime, Call& call) { return text_of(runtime.improvement.report(call.agent, id_of(call))); }
Result<Reply> diff(Runtime& runtime, Call& call) {
  return text_of(runtime.improvement.diff(call.agent, id_of(call), call.arguments.find("path")));
}

void comment(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<ImprovementRun>(
      runtime, call,
      [&runtime, &call](store::Transaction& tx) -> Result<ImprovementRun> {
        auto remark = from_json<ImprovementComment>(call.body);
        if (!remark) return fail(std::move(remark.error()));
        return runtime.improvement.comment(tx, call.agent, id_of(call), *remark);
      },
      std::move(respond));
}

void reject(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<ImprovementRun>(
      runtime, call,
      [&runtime, &call](store::Transaction& tx) -> Result<ImprovementRun> {
        auto why = from_json<ImprovementRejection>(call.body);
        if (!why) return fail(std::move(why.error()));
        return runtime.improvement.reject(tx, call.agent, id_of(call), *why);
      },
      std::move(respond));
}

/// The reply and the event of a decision that changed the workspace.
Result<Changed> changed(std::string_view action, Result<ImprovementRun> run) {
  if (!run) return fail(std::move(run.error()));
  Changed done{.reply = serve::reply_with(*run), .events = {}};
  done.events.push_back(serve::improvement_event(action, *run));
  return done;
}

void approve(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond),
                          [&runtime, &call]() { return changed("approve", runtime.improvement.approve(call.agent, id_of(call))); });
}

void rollback(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    auto why = from_json<ImprovementRollback>(call.body);
    if (!why) return fail(std::move(why.error()));
    return changed("rollback", runtime.improvement.rollback(call.agent, id_of(call), *why));
  });
}

constexpr serve::Route kRoutes[] = {
    {.id = "improvement.list", .read = list},        {.id = "improvement.get", .read = get},
    {.id = "improvement.report", .read = report},    {.id = "improvement.diff", .read = diff},
    {.id = "improvement.comment", .async = comment}, {.id = "improvement.approve", .async = approve},
    {.id = "improvement.reject", .async = reject},   {.id = "improvement.rollback", .async = rollback},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::improvement
