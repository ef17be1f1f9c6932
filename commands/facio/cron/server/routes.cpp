#include <span>

#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::cron {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view id_of(const Call& call) { return call.arguments.text("id"); }

/// A change of one job: durable, then announced, then answered.
template <class Work>
void change(Runtime& runtime, Call& call, Respond respond, Work work) {
  serve::write<CronJob>(
      runtime, call, [&runtime, &call, work](store::Transaction& tx) { return work(runtime.cron, tx, call); },
      [&runtime, &call, respond = std::move(respond)](Result<CronJob> job) mutable {
        if (!job) return respond(fail(std::move(job.error())));
        runtime.cron.announce(call.agent, *job);
        respond(serve::reply_with(*job));
      });
}

Result<Reply> list(Runtime& runtime, Call& call) { return serve::reply_of(runtime.cron.list(call.agent)); }

Result<Reply> get(Runtime& runtime, Call& call) { return serve::reply_of(runtime.cron.get(call.agent, id_of(call))); }

void create(Runtime& runtime, Call& call, Respond respond) {
  change(runtime, call, std::move(respond), [](CronService& cron, auto& tx, Call& c) { return cron.create(tx, c.agent, c.body); });
}

void update(Runtime& runtime, Call& call, Respond respond) {
  change(runtime, call, std::move(respond),
         [](CronService& cron, auto& tx, Call& c) { return cron.update(tx, c.agent, id_of(c), c.body); });
}

void pause(Runtime& runtime, Call& call, Respond respond) {
  change(runtime, call, std::move(respond), [](CronService& cron, auto& tx, Call& c) { return cron.pause(tx, c.agent, id_of(c)); });
}

void resume(Runtime& runtime, Call& call, Respond respond) {
  change(runtime, call, std::move(respond), [](CronService& cron, auto& tx, Call& c) { return cron.resume(tx, c.agent, id_of(c)); });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::write<CronDeleted>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.cron.remove(tx, call.agent, id_of(call)); },
      [&runtime, &call, respond = std::move(respond)](Result<CronDeleted> deleted) mutable {
        if (!deleted) return respond(fail(std::move(deleted.error())));
        runtime.cron.announce_removed(call.agent, deleted->id);
        respond(serve::reply_with(*deleted));
      });
}

void run_now(Runtime& runtime, Call& call, Respond respond) {
  serve::write<CronJob>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.cron.run_now(tx, call.agent, id_of(call)); },
      [&runtime, &call, respond = std::move(respond)](Result<CronJob> job) mutable {
        if (!job) return respond(fail(std::move(job.error())));
        runtime.cron.announce(call.agent, *job, true);
        respond(serve::reply_with(CronQueued{.id = job->id, .queued = true}));
      });
}

constexpr serve::Route kRoutes[] = {
    {.id = "cron.list", .read = list},      {.id = "cron.get", .read = get},        {.id = "cron.create", .async = create},
    {.id = "cron.update", .async = update}, {.id = "cron.delete", .async = remove}, {.id = "cron.run-now", .async = run_now},
    {.id = "cron.pause", .async = pause},   {.id = "cron.resume", .async = resume},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::cron
