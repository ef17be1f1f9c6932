#include "commands/serve/files/workspace_files.hpp"

namespace facio::serve {

struct WorkspaceFiles::Impl {
  std::string directory;
};
WorkspaceFiles::WorkspaceFiles(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WorkspaceFiles::WorkspaceFiles(WorkspaceFiles&&) noexcept = default;
WorkspaceFiles& WorkspaceFiles::operator=(WorkspaceFiles&&) noexcept = default;
WorkspaceFiles::~WorkspaceFiles() = default;
Result<WorkspaceFiles> WorkspaceFiles::open(const std::string& directory) {
  return WorkspaceFiles(std::make_unique<Impl>(Impl{directory}));
}
const std::string& WorkspaceFiles::directory() const { return impl_->directory; }

}  // namespace facio::serve
