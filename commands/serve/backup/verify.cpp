#include "commands/serve/backup/checks.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/core/json.hpp"
#include "commands/serve/git/repository.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve {
namespace {

Verified sound(std::string id, std::string message) { return {.id = std::move(id), .message = std::move(message), .fix = {}}; }
Verified broken(std::string id, const Error& error, std::string_view fix = {}) {
  return {.id = std::move(id), .message = error.message(), .fix = fix.empty() ? error.hint() : std::string(fix), .code = error.code()};
}
Verified not_looked(std::string id, std::string message) {
  return {.id = std::move(id), .message = std::move(message), .fix = {}, .looked = false};
}

constexpr const char* kRestore = "restore a backup into another directory with facioctl serve restore FILE";

/// Unseals every stored secret of an agent; how many there are.
Result<std::int64_t> unseal_all(const Vault& vault, store::StoreFile& store, const std::string& agent) {
  auto all = store.documents().list(agent, "credential");
  if (!all) return fail(std::move(all.error()));
  for (const store::Document& document : *all) {
    const auto parsed = JsonDocument::parse(document.json);
    const JsonRef sealed = parsed ? parsed->root().get("sealed") : JsonRef();
    const bool opened = sealed.is(JsonKind::string) && vault.unseal(sealed.string(), sealed_place(agent, "credential", document.id));
    if (!opened)
      return fail(Code::integrity, "the stored secret \"" + document.id + "\" of " + agent + " cannot be decrypted: it was changed");
  }
  return static_cast<std::int64_t>(all->size());
}

}  // namespace

Verified verify_store(store::StoreFile& store) {
  if (auto status = store.check(); !status) return broken("store", status.error(), kRestore);
  return sound("store", "every page and index is intact, schema " + std::to_string(store.schema()));
}

std::vector<Verified> verify_logs(store::StoreFile& store) {
  if (store.is_older())
    return {not_looked("audit", "the store was written by an older facioctl (schema " + std::to_string(store.schema()) +
                                    "); its logs can be checked after the next start has upgraded it")};
  std::vector<Verified> all;
  auto agents = store.agents();
  if (!agents) return {broken("audit", agents.error(), kRestore)};
  for (const std::string& agent : *agents) {
    auto events = store.audit().verify(agent);
    if (!events) all.push_back(broken("audit." + agent, events.error(), kRestore));
    else all.push_back(sound("audit." + agent, std::to_string(*events) + " events, and the chain is intact"));
  }
  return all;
}

Verified verify_key(store::StoreFile& store, const Vault::Source& source) {
  if (auto used = store.documents().get("", "vault", "check"); used && !*used) return sound("key", "no secret is stored yet");
  auto vault = Vault::open(source, store.documents());
  if (!vault) return broken("key", vault.error());
  auto agents = store.agents();
  if (!agents) return broken("key", agents.error());
  std::int64_t secrets = 0;
  for (const std::string& agent : *agents) {
    auto count = unseal_all(*vault, store, agent);
    if (!count) return broken("key", count.error(), kRestore);
    secrets += *count;
  }
  return sound("key", "it is the right key; " + std::to_string(secrets) + " stored secrets were decrypted");
}

Verified verify_versions(const std::string& directory) {
  if (::access(directory.c_str(), F_OK) != 0) return sound("versions", "there is no version yet");
  const GitProgram git;
  const GitRepository repository(git, directory, "/nonexistent");
  auto answer = git.run(repository.call({"fsck", "--full", "--no-dangling", "--no-progress"}));
  if (!answer && answer.error().code() == Code::unavailable) return not_looked("versions", answer.error().message());
  if (!answer) return broken("versions", answer.error());
  if (answer->exit == 0) return sound("versions", "git reports every object as intact");
  return broken("versions", Error(Code::integrity, "the repository " + directory + " is damaged: " + GitProgram::failure("fsck", *answer)),
                kRestore);
}

std::vector<Verified> verify_data(const ServeOptions& options) {
  std::vector<Verified> all;
  auto store = store::open_store_file(options.data + "/facio.db", options.data);
  if (store) {
    all.push_back(verify_store(**store));
    for (Verified& one : verify_logs(**store)) all.push_back(std::move(one));
    all.push_back(verify_key(**store, {.text = options.vault_key, .file = options.vault_key_file}));
  } else {
    all.push_back(broken("store", store.error()));
  }
  all.push_back(verify_versions(options.data + "/versions"));
  return all;
}

}  // namespace facio::serve
