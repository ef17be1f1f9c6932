// facioctl openapi
#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"

namespace facio::openapi {

Result<int> document(Client& client) {
  const std::string& url = client.invocation().global.target.url;
  if (auto status = client.streams().out.write(openapi_json(FACIOCTL_VERSION, url.empty() ? "http://127.0.0.1:8900" : url) + "\n"); !status)
    return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::openapi
