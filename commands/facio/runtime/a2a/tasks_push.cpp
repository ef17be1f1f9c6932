// The receivers of push notifications of the tasks.
#include "commands/facio/runtime/a2a/live.hpp"
#include "commands/facio/runtime/a2a/tasks.hpp"

namespace facio::serve::a2a {

/// Changes the receivers in the row of a task, and those of the task itself if it is open.
void Tasks::change_push(std::string_view agent, std::string_view id,
                        UniqueFunction<Outcome<void>(store::Transaction&, store::A2aTask&)> change,
                        UniqueFunction<void(Outcome<void>)> done) {
  auto outcome = std::make_shared<Outcome<void>>();
  base_.store.submit(
      [this, outcome, change = std::move(change), agent = std::string(agent),
       id = std::string(id)](store::Transaction& tx) mutable -> Status {
        auto row = tx.get_a2a_task(agent, id);
        if (!row) return fail(std::move(row.error()));
        *outcome = *row ? change(tx, **row) : Outcome<void>(not_found(id));
        if (!*outcome) return {};
        if (const auto live = find(agent, id)) live->set_receivers((*row)->push);
        return tx.save_a2a_task(agent, **row);
      },
      [outcome, done = std::move(done)](const Status& status) mutable {
        done(status ? std::move(*outcome) : Outcome<void>(refuse(status.error())));
      });
}

void Tasks::set_push(std::string_view agent, std::string_view id, PushConfig config, UniqueFunction<void(Outcome<PushConfig>)> done) {
  if (auto good = push_->check(config, {}); !good) return done(tl::unexpected(std::move(good.error())));
  if (config.id.empty()) config.id = new_id();
  const auto held = std::make_shared<const PushConfig>(std::move(config));
  change_push(
      agent, id,
      [this, held](store::Transaction& tx, store::A2aTask& row) -> Outcome<void> {
        auto list = with_push(row.push, *held, row.id, base_.vault, tx);
        if (!list) return refuse(list.error());
        if (auto all = stored_push(*list); all && all->size() > kMostPushConfigs)
          return refuse(Fault::Kind::invalid_params, "id: a task can have at most 10 receivers", "id");
        row.push = std::move(*list);
        return {};
      },
      [held, done = std::move(done)](Outcome<void> set) mutable { done(set.map([&] { return *held; })); });
}

Outcome<std::vector<PushConfig>> Tasks::push(std::string_view agent, std::string_view id) {
  auto row = stored(agent, id);
  if (!row) return tl::unexpected(std::move(row.error()));
  auto list = stored_push(row->push);
  if (!list) return refuse(list.error());
  return std::move(*list);
}

void Tasks::remove_push(std::string_view agent, std::string_view id, std::string config, UniqueFunction<void(Outcome<void>)> done) {
  change_push(
      agent, id,
      [config = std::move(config)](store::Transaction&, store::A2aTask& row) -> Outcome<void> {
        auto rest = without_push(row.push, config);
        if (!rest) return refuse(rest.error());
        row.push = std::move(*rest);
        row.push_due = row.push_due && !row.push.empty();
        return {};
      },
      std::move(done));
}

}  // namespace facio::serve::a2a
