#include "commands/serve/store/sqlite/a2a_tasks.hpp"

#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

constexpr std::string_view kColumns = "SELECT id, context_id, state, updated_ms, json, push, push_due";

A2aTask read_row(const Statement& row) {
  A2aTask task;
  task.id = std::string(row.text(0));
  task.context_id = std::string(row.text(1));
  task.state = static_cast<int>(row.integer(2));
  task.updated_ms = row.integer(3);
  task.json = std::string(row.text(4));
  task.push = std::string(row.text(5));
  task.push_due = row.integer(6) != 0;
  return task;
}

/// What every page of a list has in common.
std::string filter(const A2aTaskQuery& query) {
  std::string sql = " FROM a2a_task WHERE agent_id = ?";
  if (query.context_id) sql += " AND context_id = ?";
  // A context has few tasks and a state many: with both, the index of contexts is the one to read (+ keeps the other out).
  if (query.state) sql += query.context_id ? " AND +state = ?" : " AND state = ?";
  if (query.changed_from_ms) sql += " AND updated_ms >= ?";
  return sql;
}

void bind_filter(Statement& statement, std::string_view agent, const A2aTaskQuery& query) {
  statement.bind(agent);
  if (query.context_id) statement.bind(std::string_view(*query.context_id));
  if (query.state) statement.bind(std::int64_t{*query.state});
  if (query.changed_from_ms) statement.bind(*query.changed_from_ms);
}

Result<A2aTaskPage> read_page(Database& database, std::string_view agent, const A2aTaskQuery& query) {
  A2aTaskPage page;
  {
    auto count = database.prepare("SELECT count(*)" + filter(query));
    if (!count) return fail(std::move(count.error()));
    bind_filter(*count, agent, query);
    auto row = count->step();
    if (!row) return fail(std::move(row.error()));
    page.total = count->integer(0);
  }
  std::string sql = std::string(kColumns) + filter(query);
  if (query.before) sql += " AND (updated_ms, id) < (?, ?)";
  auto rows = database.prepare(sql + " ORDER BY updated_ms DESC, id DESC LIMIT ?");
  if (!rows) return fail(std::move(rows.error()));
  bind_filter(*rows, agent, query);
  if (query.before) rows->bind(query.before->first).bind(std::string_view(query.before->second));
  rows->bind(query.limit + 1);
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return page;
    if (static_cast<std::int64_t>(page.tasks.size()) == query.limit) {
      page.has_more = true;
      return page;
    }
    page.tasks.push_back(read_row(*rows));
  }
}

}  // namespace

Result<std::optional<A2aTask>> find_a2a_task(Database& database, std::string_view agent, std::string_view id) {
  auto statement = database.prepare(std::string(kColumns) + " FROM a2a_task WHERE agent_id = ? AND id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<A2aTask>{};
  return std::optional(read_row(*statement));
}

Result<std::optional<A2aTask>> SqliteA2aTaskReads::get(std::string_view agent, std::string_view id) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  return find_a2a_task(**connection, agent, id);
}

Result<A2aTaskPage> SqliteA2aTaskReads::list(std::string_view agent, const A2aTaskQuery& query) {
  return connections_.snapshot<A2aTaskPage>([&](Database& database) { return read_page(database, agent, query); });
}

Result<std::vector<std::pair<std::string, A2aTask>>> SqliteA2aTaskReads::unfinished(const std::vector<int>& states) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  std::string list;
  for (const int state : states) list += (list.empty() ? "" : ",") + std::to_string(state);
  auto rows = (*connection)->prepare(std::string(kColumns) + ", agent_id FROM a2a_task WHERE state IN (" + list + ") OR push_due = 1");
  if (!rows) return fail(std::move(rows.error()));
  std::vector<std::pair<std::string, A2aTask>> found;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return found;
    found.emplace_back(std::string(rows->text(7)), read_row(*rows));
  }
}

Result<std::optional<A2aTask>> SqliteTransaction::get_a2a_task(std::string_view agent, std::string_view id) {
  return find_a2a_task(database_, agent, id);
}

Status SqliteTransaction::save_a2a_task(std::string_view agent, const A2aTask& task) {
  auto statement = database_.prepare(
      "INSERT INTO a2a_task (agent_id, id, context_id, state, updated_ms, json, push, push_due) VALUES (?,?,?,?,?,?,?,?) "
      "ON CONFLICT DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms, json = excluded.json, push = excluded.push, "
      "push_due = excluded.push_due");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(agent).bind(std::string_view(task.id)).bind(std::string_view(task.context_id)).bind(std::int64_t{task.state});
  statement->bind(task.updated_ms).bind(std::string_view(task.json)).bind(std::string_view(task.push));
  return statement->bind(std::int64_t{task.push_due ? 1 : 0}).run();
}

}  // namespace facio::store
