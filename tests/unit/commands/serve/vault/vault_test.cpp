// The vault: what it seals only it opens, at the same place; the key's forms and files.
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/serve/private_file.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;
using serve::Vault;

namespace {

const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string kBase64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string kOther(64, 'a');

Vault::Source text(const std::string& key) { return {Secret(key), {}}; }
Vault::Source file(const std::string& path) { return {Secret(), path}; }

std::string seal(store::Store& store, const Vault& vault, std::string_view secret, std::string_view place) {
  std::string sealed;
  const Status status = store.run([&](store::Transaction& tx) -> Status {
    auto made = vault.seal(tx, secret, place);
    if (!made) return fail(std::move(made.error()));
    sealed = *made;
    return {};
  });
  if (!status) FAIL(status.error().message());
  return sealed;
}

void write(const std::string& path, const std::string& content, mode_t mode) {
  std::ofstream(path) << content;
  ::chmod(path.c_str(), mode);
}

}  // namespace

TEST_CASE("what was sealed comes back, at its place only", "[vault]") {
  const auto store = new_store();
  const Vault vault = good(Vault::open(text(kHex), store->documents()));
  const std::string secret = GENERATE(std::string("sesame"), std::string(), std::string(100'000, 'x'), std::string("a\0b\xff", 4));
  const std::string sealed = seal(*store, vault, secret, "main/credential/A");
  CHECK(good(vault.unseal(sealed, "main/credential/A")).reveal() == secret);
  CHECK(code_of(vault.unseal(sealed, "main/credential/B")) == Code::internal);
  CHECK(code_of(vault.unseal(sealed, "")) == Code::internal);
  if (!secret.empty()) CHECK(sealed.find(secret) == std::string::npos);
  CHECK(seal(*store, vault, secret, "main/credential/A") != sealed);  // a nonce of its own each time
}

TEST_CASE("a changed text does not open", "[vault]") {
  const auto store = new_store();
  const Vault vault = good(Vault::open(text(kHex), store->documents()));
  const std::string sealed = seal(*store, vault, "sesame", "p");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(vault.unseal(changed, "p"));
    CHECK_FALSE(vault.unseal(std::string_view(sealed).substr(0, i), "p"));
  }
  CHECK_FALSE(vault.unseal(sealed + "A", "p"));
  CHECK_FALSE(vault.unseal("sesame", "p"));
}

TEST_CASE("hex and base64 are the same key", "[vault]") {
  const auto store = new_store();
  const Vault vault = good(Vault::open(text(kHex), store->documents()));
  const std::string sealed = seal(*store, vault, "sesame", "p");
  const std::string form = GENERATE(std::string(kBase64), kBase64.substr(0, 43),
                                    std::string("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"));
  CHECK(good(good(Vault::open(text(form), store->documents())).unseal(sealed, "p")).reveal() == "sesame");
}

TEST_CASE("what is no key is refused", "[vault]") {
  const auto store = new_store();
  const std::string bad = GENERATE(std::string("short"), kHex.substr(0, 62), kHex + "00", std::string("AAECAwQFBgcICQoLDA0ODw=="),
                                   std::string(64, 'g'), kHex.substr(1) + " ");
  const auto vault = Vault::open(text(bad), store->documents());
  REQUIRE(code_of(vault) == Code::usage);
  CHECK(vault.error().message().find("FACIOCTL_SECRETS_KEY") != std::string::npos);
  CHECK(vault.error().message().find(bad) == std::string::npos);
}

TEST_CASE("the key file is made for the first secret and found again", "[vault]") {
  const auto store = new_store();
  const Directory directory;
  const std::string path = directory.path + "/key";
  std::string sealed;
  {
    const Vault vault = good(Vault::open(file(path), store->documents()));
    CHECK(::access(path.c_str(), F_OK) != 0);
    sealed = seal(*store, vault, "sesame", "p");
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    CHECK(found.st_nlink == 1);
  }
  CHECK(good(good(Vault::open(file(path), store->documents())).unseal(sealed, "p")).reveal() == "sesame");
}

TEST_CASE("a store with secrets opens with their key only", "[vault]") {
  const auto store = new_store();
  const Directory directory;
  const std::string path = directory.path + "/key";
  (void)good(Vault::open(text(kOther), store->documents()));  // any key will do while nothing is sealed
  (void)seal(*store, good(Vault::open(text(kHex), store->documents())), "sesame", "p");
  const auto missing = Vault::open(file(path), store->documents());
  REQUIRE(code_of(missing) == Code::usage);
  CHECK(missing.error().message().find(path) != std::string::npos);
  CHECK(missing.error().hint().find("--secrets-key-file") != std::string::npos);
  CHECK(code_of(Vault::open(text(kOther), store->documents())) == Code::usage);
  CHECK(code_of(Vault::open({}, store->documents())) == Code::usage);
  write(path, kOther, 0600);
  CHECK(code_of(Vault::open(file(path), store->documents())) == Code::usage);
  write(path, kBase64 + "\n", 0600);
  CHECK(code_of(Vault::open(file(path), store->documents())) == Code::ok);
}

TEST_CASE("a unit of work that is undone leaves no mark of a key", "[vault]") {
  const auto store = new_store();
  const Vault vault = good(Vault::open(text(kHex), store->documents()));
  const Status undone = store->run([&](store::Transaction& tx) -> Status {
    CHECK(vault.seal(tx, "sesame", "p"));
    return fail(Code::conflict, "for a test");
  });
  CHECK(code_of(undone) == Code::conflict);
  CHECK(code_of(Vault::open(text(kOther), store->documents())) == Code::ok);
  (void)seal(*store, vault, "sesame", "p");
  CHECK(code_of(Vault::open(text(kOther), store->documents())) == Code::usage);
}

TEST_CASE("key files of others and places that cannot be written to", "[vault]") {
  const auto store = new_store();
  const Directory directory;
  const std::string path = directory.path + "/key";
  write(path, kHex, 0640);
  CHECK(code_of(Vault::open(file(path), store->documents())) == (::geteuid() == 0 ? Code::ok : Code::usage));
  write(path, kHex, 0644);
  CHECK(code_of(Vault::open(file(path), store->documents())) == Code::usage);
  CHECK(code_of(Vault::open(file(directory.path), store->documents())) == Code::usage);
  const Vault nowhere = good(Vault::open(file(directory.path + "/absent/key"), store->documents()));
  const Status status = store->run([&](store::Transaction& tx) -> Status {
    auto sealed = nowhere.seal(tx, "sesame", "p");
    CHECK(code_of(sealed) == Code::unavailable);
    CHECK(sealed.error().hint().find("--secrets-key-file") != std::string::npos);
    return {};
  });
  CHECK(status);
}

TEST_CASE("a private file is never replaced", "[vault]") {
  const Directory directory;
  const std::string path = directory.path + "/word";
  REQUIRE(serve::create_private_file(path, Secret("first")));
  CHECK(code_of(serve::create_private_file(path, Secret("second"))) == Code::conflict);
  CHECK(good(serve::read_private_file(path)).reveal() == "first");
  CHECK(code_of(serve::read_private_file(directory.path + "/absent")) == Code::not_found);
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path), {}) == 1);
}
