// facioctl man
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command_line/client.hpp"
#include "cli/core/files.hpp"
#include "commands/local/man/pages.hpp"

namespace facio::man {
namespace {

Status write_file(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return fail(Code::output, "cannot write " + path + ": " + system_reason(errno));
  FdOutput file(fd);
  auto status = file.write(text);
  if (status) status = file.flush();
  if (::close(fd) != 0 && status) status = fail(Code::output, system_reason(errno));
  if (!status) return fail(Code::output, "cannot write " + path + ": " + status.error().message());
  return {};
}

Result<int> write_pages(const std::string& folder) {
  for (const PageName& page : all_pages()) {
    const std::string section = std::to_string(page.section);
    const std::string place = folder + "/man" + section;
    if (auto status = make_directories_above(place + "/", 0777); !status) return fail(std::move(status.error()));
    if (auto status = write_file(place + "/" + page.name + "." + section, page_text(page)); !status) return fail(std::move(status.error()));
  }
  return 0;
}

}  // namespace

Result<int> show(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("all")) {
    if (invocation.given("page")) return fail(Code::usage, "--all writes every page; PAGE has no meaning with it");
    if (invocation.value("all").empty()) return fail_field(Code::usage, "--all", "--all: must be a directory");
    return write_pages(std::string(invocation.value("all")));
  }
  std::string name(invocation.given("page") ? invocation.value("page") : "facioctl");
  if (const auto dot = name.rfind('.'); dot != std::string::npos && dot + 2 == name.size()) name.resize(dot);  // facioctl-cron.1
  const std::string text = page_text({name, 1});
  if (text.empty()) return fail(Code::not_found, "there is no page '" + printable(name) + "'", "facioctl man --all DIR writes all of them");
  if (auto status = client.streams().out.write(text); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::man
