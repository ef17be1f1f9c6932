// What verifying looks at, part by part.
#pragma once

#include <string>
#include <vector>

#include "commands/serve/backup/backup.hpp"
#include "commands/serve/store/store_file.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve {

/// Every page and index of the store.
Verified verify_store(store::StoreFile& store);
/// The chain of each agent's audit log.
std::vector<Verified> verify_logs(store::StoreFile& store);
/// Whether the key opens every stored secret.
Verified verify_key(store::StoreFile& store, const Vault::Source& source);
/// The repository of versions, by git itself.
Verified verify_versions(const std::string& directory);

}  // namespace facio::serve
