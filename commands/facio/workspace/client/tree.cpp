// facioctl workspace tree: drawn as a tree for people.
#include "cli/command_line/client.hpp"
#include "cli/output/render.hpp"

namespace facio::workspace {
namespace {

struct Counts {
  std::size_t files = 0, directories = 0;
};

std::string readable_size(std::int64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  std::int64_t tenths = bytes * 10;
  for (; tenths >= 10'240 && unit + 1 < std::size(units); ++unit) tenths /= 1024;
  std::string text = std::to_string(tenths / 10);
  if (unit != 0 && tenths < 100) text += "." + std::to_string(tenths % 10);
  return text + " " + units[unit];
}

std::string label(JsonRef node) {
  std::string text = printable(node.get("name").text());
  if (node.get("type").text() == "dir") text += "/";
  if (node.get("link")) text += " (link)";
  if (const JsonRef size = node.get("size"); size.is(JsonKind::integer)) text += "  " + readable_size(size.integer());
  if (node.get("error")) text += "  [" + printable(node.get("error").text()) + "]";
  return text + "\n";
}

void draw(JsonRef node, const std::string& indent, Counts& counts, std::string& out) {
  const JsonRef children = node.get("children");
  for (std::size_t i = 0; i < children.size(); ++i) {
    const bool last = i + 1 == children.size();
    ++(children.at(i).get("type").text() == "dir" ? counts.directories : counts.files);
    out += indent + (last ? "└── " : "├── ") + label(children.at(i));
    draw(children.at(i), indent + (last ? "    " : "│   "), counts, out);
  }
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

Result<int> tree(Client& client) {
  const OutputOptions& output = client.invocation().global.output;
  const bool drawn = output.format == OutputFormat::table && output.fields.empty() && output.columns.empty();
  if (!drawn) return send_and_print(client);
  return with_json(client, client.request(), [&](JsonDocument& reply) {
    const JsonRef root = reply.root().get("tree");
    std::string out = printable(root.get("path").text());
    if (root.get("error")) out += "  [" + printable(root.get("error").text()) + "]";
    out += "\n";
    Counts counts;
    draw(root, "", counts, out);
    out += "\n" + counted(counts.directories, "directory", "directories") + ", " + counted(counts.files, "file", "files") + "\n";
    return client.streams().out.write(out).map([] { return 0; });
  });
}

}  // namespace facio::workspace
