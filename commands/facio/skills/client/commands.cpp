// facioctl skills pack, install: make a skill of a directory.
#include <filesystem>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/core/base64.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/files/workspace_files.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/skills/client/zip.hpp"
#include "commands/facio/skills/shapes.hpp"

namespace facio::skills {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unusable(std::string why) { return fail(Code::usage, std::move(why), "facioctl skills install -h"); }

/// Replaces a local file atomically.
Status write_local(const fs::path& path, std::string_view bytes) {
  const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(directory, error)) return fail(Code::usage, directory.string() + " is not a directory");
  const auto files = WorkspaceFiles::open(directory.string());
  if (!files) return fail(files.error());
  if (auto written = files->write(path.filename().string(), bytes); !written)
    return fail(Code::output, "cannot write " + path.string() + ": " + written.error().message());
  return {};
}

/// Sets zip, and name unless a flag gave it, from a directory or a zip file.
Status take_source(Client& client, const std::string& source, JsonDocument& body) {
  std::error_code error;
  std::string name, zip;
  if (fs::is_directory(source, error)) {
    auto packed = pack_directory(source);
    if (!packed) return fail(std::move(packed.error()));
    name = packed->front.name;
    zip = std::move(packed->zip);
  } else {
    Sources sources{client.streams(), client.environment(), 0, client.invocation().global.target.token_stdin};
    auto read = read_source(sources, source, kMostZip, "SOURCE");
    if (!read) return fail(std::move(read.error()));
    zip = std::move(*read);
    name = source == "-" ? "" : fs::path(source).stem().string();
  }
  if (!body.root().get("name") && !name.empty()) body.set_string("name", name);
  body.set_string("zip", base64_encode(zip));
  return {};
}

}  // namespace

Result<int> pack(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string directory(invocation.value("directory"));
  std::error_code error;
  if (!fs::is_directory(directory, error)) return fail_field(Code::usage, "DIR", "DIR: " + directory + " is not a directory");
  const auto packed = pack_directory(directory);
  if (!packed) return fail(packed.error());
  std::string to(invocation.value("zip"));
  if (to.empty()) to = packed->front.name + ".zip";
  if (to == "-") {
    if (client.streams().out.is_terminal())
      return fail(Code::usage, "a zip file is not for a terminal; name a file or redirect the output");
    return client.streams().out.write(packed->zip).map([] { return 0; });
  }
  if (!invocation.global.dry_run)
    if (auto status = write_local(to, packed->zip); !status) return fail(std::move(status.error()));
  const SkillPacked result{.name = packed->front.name,
                           .file = to,
                           .files = static_cast<std::int64_t>(packed->files),
                           .size = static_cast<std::int64_t>(packed->zip.size())};
  return render(*invocation.endpoint, to_json(result), invocation.global.output, client.streams()).map([] { return 0; });
}

Result<int> install(Client& client) {
  const Invocation& invocation = client.invocation();
  auto body = JsonDocument::parse(invocation.body.root().is_null() ? "{}" : invocation.body.dump());
  if (!body) return fail(std::move(body.error()));
  const std::string source(invocation.value("source"));
  if (!source.empty() && body->root().get("zip")) return unusable("SOURCE and --zip exclude each other; give one of them");
  if (!source.empty())
    if (auto status = take_source(client, source, *body); !status) return fail(std::move(status.error()));
  if (!body->root().get("zip")) return unusable("`skills install` needs SOURCE, a directory or a zip file");
  if (!body->root().get("name")) return unusable("--name is required: the name of the skill");
  if (auto status = validate(body->root(), shape_of<SkillInstall>, Direction::request); !status)
    return unusable("--" + status.error().message());
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  request->body = body->dump();
  request->has_body = true;
  return send_and_print(client, *request);
}

}  // namespace facio::skills
