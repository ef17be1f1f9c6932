// The tree of RFC 6962 and signed notes, against values that other programs made.
#include <catch2/catch.hpp>

#include "cli/core/encoding.hpp"
#include "cli/core/merkle.hpp"
#include "cli/core/signed_note.hpp"

using namespace facio;

namespace {

// The records and roots of the test of Google's certificate-transparency.
const std::string kRecords[] = {"",
                                std::string("\0", 1),
                                "\x10",
                                "\x20\x21",
                                "\x30\x31",
                                "\x40\x41\x42\x43",
                                "\x50\x51\x52\x53\x54\x55\x56\x57",
                                "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
constexpr std::string_view kRoots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// A note that golang.org/x/mod/sumdb/note documents, with its key.
constexpr std::string_view kGoKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kGoNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

}  // namespace

TEST_CASE("the roots are those of RFC 6962", "[core][merkle]") {
  MerkleTree tree;
  CHECK(hash_hex(tree.root()) == sha256_hex({""}));
  for (std::size_t i = 0; i < std::size(kRecords); ++i) {
    tree.add(kRecords[i]);
    CHECK(hash_hex(tree.root()) == kRoots[i]);
    const auto again = MerkleTree::from(tree.size(), tree.peaks());
    REQUIRE(again);
    CHECK(again->root() == tree.root());
  }
  CHECK_FALSE(MerkleTree::from(7, tree.peaks()));
  CHECK_FALSE(MerkleTree::from(8, std::string(64, 'g')));
}

TEST_CASE("public keys of notes are read as others write them", "[core][note]") {
  const auto key = NoteKey::parse(kGoKey);
  REQUIRE(key);
  CHECK(key->name == "PeterNeumann");
  CHECK(key->text() == kGoKey);
  for (const std::string_view wrong : {"", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                       "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                       "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/", "PeterNeumann+c74f20a3+AhpC"})
    CHECK_FALSE(NoteKey::parse(wrong));
}

TEST_CASE("a note of another program is verified, and one that was changed is not", "[core][note]") {
  const auto key = NoteKey::parse(kGoKey);
  REQUIRE(key);
  // It is no checkpoint; that is found before its signature is looked at.
  CHECK(open_checkpoint(kGoNote, *key).error().code() == Code::rejected);
  CHECK(check_note(kGoNote, *key));
  std::string changed = kGoNote;
  changed[3] = 'x';
  CHECK(check_note(changed, *key).error().code() == Code::integrity);
  NoteKey other = *key;
  other.name = "Somebody";
  CHECK(check_note(kGoNote, other).error().code() == Code::integrity);
}

TEST_CASE("the text of a checkpoint is read strictly", "[core][note]") {
  LogCheckpoint checkpoint{.origin = "a/b", .size = 7};
  const std::string signature = "\n\xe2\x80\x94 a/b AAAA\n";
  CHECK(read_checkpoint(checkpoint.text() + signature).value() == checkpoint);
  CHECK_FALSE(read_checkpoint(checkpoint.text()));
  for (const std::string_view size : {"07", "-1", "", "7 ", "18446744073709551616"})
    CHECK_FALSE(read_checkpoint("a/b\n" + std::string(size) + "\n" + hash_base64(checkpoint.root) + "\n" + signature));
  CHECK_FALSE(read_checkpoint("a/b\n7\nAAAA\n" + signature));
  CHECK_FALSE(read_checkpoint("a/b\n7\n" + signature));
}
