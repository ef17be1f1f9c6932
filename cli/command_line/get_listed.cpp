#include "cli/command_line/get_listed.hpp"

#include "cli/command_line/meant.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/columns.hpp"

namespace facio {

Result<int> get_listed(Client& client) {
  const Invocation& invocation = client.invocation();
  const Endpoint& endpoint = *invocation.endpoint;
  const std::string area(endpoint.area());
  const Endpoint* list = find_endpoint(area + ".list");
  if (list == nullptr || endpoint.params.empty()) return fail(Code::internal, "there is no list of " + area);
  if (invocation.global.only_shows()) return only_show(client, list->id);
  const std::string typed(invocation.value(endpoint.params.front().field.name));
  const auto reply = client.request_to(list->id).and_then([&](const Request& request) { return client.send(request); });
  if (!reply) return fail(reply.error());
  if (const auto checked = json::check_json(reply->body); !checked) return fail(Code::server, "the agent's answer is not JSON");
  const auto id = meant(typed, named_things({NameSource::Kind::list, list, list->key}, reply->body), 1);
  if (!id) return fail(id.error());
  for (const output::Item& item : output::view_of(*list, reply->body).items)
    if (!id->empty() && json::plain(json::value_at(item.value, list->key)) == *id) return print_reply(client, endpoint, item.value);
  constexpr std::string_view kShow = "Show one ";
  const std::string what(endpoint.summary.starts_with(kShow) ? endpoint.summary.substr(kShow.size()) : std::string_view("such thing"));
  return fail(Code::not_found, "there is no " + what + " '" + printable(typed) + "'", "facioctl " + area + " list");
}

}  // namespace facio
