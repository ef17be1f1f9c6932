#include "commands/serve/vault/vault.hpp"

namespace facio::serve {

struct Vault::Impl {};
Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;
Result<Vault> Vault::open(const Source&) { return Vault(std::make_unique<Impl>()); }
std::string Vault::seal(std::string_view secret, std::string_view) const { return std::string(secret); }
Result<Secret> Vault::unseal(std::string_view sealed, std::string_view) const { return Secret(std::string(sealed)); }

}  // namespace facio::serve
