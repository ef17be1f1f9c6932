#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

std::string select_tasks(std::string_view rest) {
  return std::string("SELECT id, context_id, state, updated_ms, json, push, push_due").append(rest);
}

A2aTask read_task(const Statement& row) {
  return {.id = std::string(row.text(0)),
          .context_id = std::string(row.text(1)),
          .state = static_cast<int>(row.integer(2)),
          .updated_ms = row.integer(3),
          .json = std::string(row.text(4)),
          .push = std::string(row.text(5)),
          .push_due = row.integer(6) != 0};
}

/// For IN (…).
std::string listed(const std::vector<int>& states) {
  std::string list;
  for (const int state : states) list += (list.empty() ? "" : ",") + std::to_string(state);
  return list;
}

/// Calls `add(sql, value)` for each condition of a list.
template <class F>
void each_condition(std::string_view agent, const A2aTaskQuery& query, F add) {
  add(" FROM a2a_task WHERE agent_id = ?", agent);
  if (query.context_id) add(" AND context_id = ?", *query.context_id);
  // A context has few tasks and a state many: with both, use the index of contexts (+ disables the other).
  if (query.state) add(query.context_id ? " AND +state = ?" : " AND state = ?", *query.state);
  if (query.changed_from_ms) add(" AND updated_ms >= ?", *query.changed_from_ms);
}

Result<A2aTaskPage> read_page(Database& database, std::string_view agent, const A2aTaskQuery& query) {
  std::string conditions;
  each_condition(agent, query, [&](std::string_view sql, const auto&) { conditions += sql; });
  const auto select = [&](const std::string& sql) {
    Statement rows = database.query(sql);
    each_condition(agent, query, [&](std::string_view, const auto& value) { rows.bind(value); });
    return rows;
  };
  auto total = select("SELECT count(*)" + conditions).first_integer();
  if (!total) return fail(std::move(total.error()));
  A2aTaskPage page{.total = total->value_or(0)};
  if (query.before) conditions += " AND (updated_ms, id) < (?, ?)";
  Statement rows = select(select_tasks(conditions + " ORDER BY updated_ms DESC, id DESC LIMIT ?"));
  if (query.before) rows.bind(query.before->first, query.before->second);
  auto found = rows.bind(query.limit + 1).all(read_task);
  if (!found) return fail(std::move(found.error()));
  page.tasks = std::move(*found);
  page.has_more = static_cast<std::int64_t>(page.tasks.size()) > query.limit;
  if (page.has_more) page.tasks.pop_back();
  return page;
}

class SqliteA2aTaskReads final : public A2aTaskReads {
 public:
  explicit SqliteA2aTaskReads(Connections& connections) : connections_(connections) {}

  Result<std::optional<A2aTask>> get(std::string_view agent, std::string_view id) override {
    return connections_.read([&](Database& database) { return find_a2a_task(database, agent, id); });
  }
  Result<A2aTaskPage> list(std::string_view agent, const A2aTaskQuery& query) override {
    return connections_.snapshot([&](Database& database) { return read_page(database, agent, query); });
  }
  Result<std::vector<std::pair<std::string, A2aTask>>> unfinished(const std::vector<int>& states) override {
    const std::string list = listed(states);
    return connections_.read([&](Database& database) {
      return database.query(select_tasks(", agent_id FROM a2a_task WHERE state IN (" + list + ") OR push_due = 1"))
          .all([](const Statement& row) { return std::pair(std::string(row.text(7)), read_task(row)); });
    });
  }

 private:
  Connections& connections_;
};

}  // namespace

std::unique_ptr<A2aTaskReads> a2a_task_reads(Connections& connections) { return std::make_unique<SqliteA2aTaskReads>(connections); }

Result<std::optional<A2aTask>> find_a2a_task(Database& database, std::string_view agent, std::string_view id) {
  return database.query(select_tasks(" FROM a2a_task WHERE agent_id = ? AND id = ?"), agent, id).first(read_task);
}

Status SqliteTransaction::save_a2a_task(std::string_view agent, const A2aTask& task) {
  return database_.run(
      "INSERT INTO a2a_task (agent_id, id, context_id, state, updated_ms, json, push, push_due) VALUES (?,?,?,?,?,?,?,?) "
      "ON CONFLICT DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms, json = excluded.json, "
      "push = excluded.push, push_due = excluded.push_due",
      agent, task.id, task.context_id, task.state, task.updated_ms, task.json, task.push, task.push_due);
}

Result<A2aAged> SqliteTransaction::age_a2a(std::string_view agent, std::int64_t before_ms, const std::vector<int>& open,
                                           std::int64_t most) {
  const std::string waits = "(state IN (" + listed(open) + ") OR push_due = 1)";
  auto tasks = database_
                   .query("DELETE FROM a2a_task WHERE no IN (SELECT no FROM a2a_task WHERE agent_id = ? AND updated_ms < ? AND NOT " +
                              waits + " LIMIT ?)",
                          agent, before_ms, most)
                   .run_counted();
  if (!tasks) return fail(std::move(tasks.error()));
  // The keys from "a2a:" to before "a2a;", the character behind the colon.
  auto keys = database_
                  .query(
                      "SELECT key FROM session WHERE agent_id = ? AND key >= 'a2a:' AND key < 'a2a;' AND updated_ms < ? AND NOT EXISTS "
                      "(SELECT 1 FROM a2a_task WHERE agent_id = ? AND context_id = substr(session.key, 5) AND " +
                          waits + ") LIMIT ?",
                      agent, before_ms, agent, most)
                  .all([](const Statement& row) { return std::string(row.text(0)); });
  if (!keys) return fail(std::move(keys.error()));
  for (const std::string& key : *keys)
    if (auto erased = erase_session(agent, key); !erased) return fail(std::move(erased.error()));
  return A2aAged{.tasks = *tasks, .sessions = static_cast<std::int64_t>(keys->size())};
}

}  // namespace facio::store
