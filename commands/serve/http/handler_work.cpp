#include "commands/serve/http/handler_work.hpp"

#include "commands/serve/clock.hpp"
#include "commands/serve/http/answers.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {
namespace {

std::string details_of(const Call& call, unsigned status) {
  std::string out = R"({"method":)";
  append_json_string(out, call.method);
  out += R"(,"path":)";
  append_json_string(out, call.path);
  out += R"(,"status":)";
  write_json(out, status);
  out += R"(,"request_id":)";
  append_json_string(out, call.request_id);
  out += R"(,"remote":)";
  append_json_string(out, call.remote);
  out += '}';
  return out;
}

std::string_view outcome(unsigned status) {
  if (status < 400) return "ok";
  return status == 401 || status == 403 || status == 421 || status == 429 ? "denied" : "error";
}

/// Runs `work(respond)` in the pool, or responds with the reason why not.
template <class F>
void run_in_pool(const Call& call, Respond respond, F work) {
  auto shared = std::make_shared<Respond>(std::move(respond));
  auto status = call.platform->pool.submit([shared, work = std::move(work)]() mutable { work(std::move(*shared)); });
  if (!status) (*shared)(fail(std::move(status.error())));
}

Status append_events(store::Transaction& tx, const Call& call, const std::vector<AuditEvent>& events) {
  for (const AuditEvent& event : events)
    if (auto status = tx.append_audit(call.agent, event); !status) return status;
  return {};
}

}  // namespace

AuditEvent api_request_event(const Call& call, unsigned status) {
  AuditEvent event;
  event.event = "api_request";
  event.origin = "api";
  event.status = std::string(outcome(status));
  event.message = std::string(call.method) + " " + std::string(call.path) + " " + std::to_string(status);
  event.duration_ms = (ticks_us() - call.received_ticks_us) / 1000;
  event.details = RawJson{details_of(call, status)};
  return event;
}

void write_audited(Call& call, UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done, unsigned success) {
  call.audited = true;
  auto together = [&call, work = std::move(work), success](store::Transaction& tx) mutable -> Status {
    if (auto status = work(tx); !status) return status;
    return tx.append_audit(call.agent, api_request_event(call, call.replaced != 0 ? call.replaced : success));
  };
  auto after = [&call, done = std::move(done)](Status status) mutable {
    if (status) return done(std::move(status));
    // The change was undone; the attempt is recorded by itself.
    auto alone = [&call, code = status.error().code()](store::Transaction& tx) {
      return tx.append_audit(call.agent, api_request_event(call, status_of(code)));
    };
    call.platform->store.submit(std::move(alone),
                                [status = std::move(status), done = std::move(done)](const Status&) mutable { done(std::move(status)); });
  };
  call.platform->store.submit(std::move(together), std::move(after));
}

std::shared_ptr<const std::atomic<bool>> watch_client(Call& call) {
  auto gone = std::make_shared<std::atomic<bool>>(false);
  call.gone = [gone] { *gone = true; };
  return gone;
}

void answer_from_pool(Call& call, Respond respond, UniqueFunction<Result<Reply>()> work, UniqueFunction<void()> gone) {
  auto has_gone = watch_client(call);
  if (gone)
    call.gone = [first = std::move(call.gone), gone = std::move(gone)]() mutable {
      first();
      gone();
    };
  run_in_pool(call, std::move(respond), [has_gone = std::move(has_gone), work = std::move(work)](Respond answer) mutable {
    answer(*has_gone ? fail(Code::unavailable, "the client has disconnected") : work());
  });
}

void change_from_pool(Call& call, Respond respond, UniqueFunction<Result<Changed>(OutsideChange&)> work) {
  run_in_pool(call, std::move(respond), [&call, work = std::move(work)](Respond answer) mutable {
    auto change = std::make_shared<OutsideChange>(call.platform->outside, call.agent, call.request_id,
                                                  api_request_event(call, status_of(Code::unavailable)));
    auto changed = work(*change);
    if (!changed) {
      change->give_up();
      return answer(fail(std::move(changed.error())));
    }
    call.audited = true;
    const unsigned success = changed->reply.status != 0 ? changed->reply.status : call.endpoint->success;
    auto events = std::make_shared<std::vector<AuditEvent>>(std::move(changed->events));
    auto record = [&call, change, events, success](store::Transaction& tx) -> Status {
      if (auto status = append_events(tx, call, *events); !status) return status;
      if (auto status = change->end(tx); !status) return status;
      return tx.append_audit(call.agent, api_request_event(call, success));
    };
    call.platform->store.submit(
        std::move(record), [answer = std::move(answer), reply = std::move(changed->reply), change, events](Status status) mutable {
          if (status) return answer(std::move(reply));
          if (!change->begun()) return answer(fail(std::move(status.error())));
          change->record_later(std::move(*events));
          answer(fail(status.error().code(), "the change was made, but cannot be recorded now: " + status.error().message() +
                                                 "; it will be recorded as soon as possible"));
        });
  });
}

void record_from_pool(Call& call, Respond respond, UniqueFunction<Result<Changed>()> work) {
  run_in_pool(call, std::move(respond), [&call, work = std::move(work)](Respond answer) mutable {
    auto changed = work();
    if (!changed) return answer(fail(std::move(changed.error())));
    const unsigned success = changed->reply.status != 0 ? changed->reply.status : call.endpoint->success;
    auto record = [&call, events = std::move(changed->events)](store::Transaction& tx) { return append_events(tx, call, events); };
    write_audited(
        call, std::move(record),
        [answer = std::move(answer), reply = std::move(changed->reply)](Status status) mutable {
          if (!status) return answer(fail(std::move(status.error())));
          answer(std::move(reply));
        },
        success);
  });
}

}  // namespace facio::serve
