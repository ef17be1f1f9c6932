// What arguments and flags name where their place in the catalogue does not tell.
#include "cli/catalogue/name_source.hpp"

namespace facio {

std::string_view name_exceptions() noexcept {
  // A single text: no pointers that would have to be relocated at every start. The first line that fits counts.
  return "usage runId audit.list run_id\n"
         "audit runId audit.list run_id\n"
         "audit run audit.list run_id\n"
         "* sessionKey sessions.list key\n"
         "* session_key sessions.list key\n"
         "* session sessions.list key\n"
         "improvement path @none\n"
         "versions path @tree:workspace.tree\n"
         "workspace path @tree:workspace.tree\n"
         "* channel channels.list\n"
         "* model chat.models id\n"
         "* provider providers.list name\n"
         "policy tool @map:audit.stats by_tool\n"
         "policy rule policy.list tool\n"
         "* tool_name @map:audit.stats by_tool\n"
         "audit tool @map:audit.stats by_tool\n"
         "mcp server mcp.list name\n"
         "mcp words @none\n"
         "* scripts scripts.list name\n"
         "* context @contexts\n"
         "context name @contexts\n"
         "auth name @contexts\n"
         "doctor contexts @contexts\n"
         "* group @groups\n"
         "audit until_run_ends audit.list run_id\n"
         "wait for @states\n"
         "schema id @endpoints\n"
         "api request @paths\n";
}

std::string_view thing_states() noexcept {
  return "health= ok\n"
         "agent= idle busy\n"
         "cron/ cron.list name ok error done gone\n"
         "mcp/ mcp.list name connected disconnected gone\n"
         "channel/ channels.list - enabled disabled gone\n"
         "run/ audit.list run_id ok error done\n"
         "approval= none some\n";
}

}  // namespace facio
