#include "commands/serve/outbound/guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Block {
  std::array<std::uint8_t, 16> start;
  unsigned bits;
  std::string_view is;
};

constexpr Block v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, unsigned bits, std::string_view is) {
  return {{a, b, c, d}, bits, is};
}

// The special-purpose registry of IPv4, and what clouds put elsewhere. Single addresses stand before the blocks that hold them.
constexpr Block kBlocks4[] = {
    v4(169, 254, 169, 254, 32, "the metadata address of a cloud"),
    v4(169, 254, 170, 2, 32, "the metadata address of a cloud"),
    v4(100, 100, 100, 200, 32, "the metadata address of a cloud"),
    v4(192, 0, 0, 192, 32, "the metadata address of a cloud"),
    v4(168, 63, 129, 16, 32, "the metadata address of a cloud"),
    v4(0, 0, 0, 0, 8, "an unspecified address"),
    v4(10, 0, 0, 0, 8, "a private address"),
    v4(100, 64, 0, 0, 10, "an address behind a carrier's NAT"),
    v4(127, 0, 0, 0, 8, "a loopback address"),
    v4(169, 254, 0, 0, 16, "a link-local address"),
    v4(172, 16, 0, 0, 12, "a private address"),
    v4(192, 0, 0, 0, 24, "a reserved address"),
    v4(192, 0, 2, 0, 24, "a reserved address"),
    v4(192, 88, 99, 0, 24, "a reserved address"),
    v4(192, 168, 0, 0, 16, "a private address"),
    v4(198, 18, 0, 0, 15, "a reserved address"),
    v4(198, 51, 100, 0, 24, "a reserved address"),
    v4(203, 0, 113, 0, 24, "a reserved address"),
    v4(224, 0, 0, 0, 4, "a multicast address"),
    v4(255, 255, 255, 255, 32, "the broadcast address"),
    v4(240, 0, 0, 0, 4, "a reserved address"),
};

constexpr Block kBlocks6[] = {
    {{}, 128, "an unspecified address"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "a loopback address"},
    {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "the metadata address of a cloud"},
    {{0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "the metadata address of a cloud"},
    {{0xfc}, 7, "a private address"},
    {{0xfe, 0x80}, 10, "a link-local address"},
    {{0xfe, 0xc0}, 10, "a private address"},
    {{0xff}, 8, "a multicast address"},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "a reserved address"},
    {{0x20, 0x01}, 23, "a reserved address"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "a reserved address"},
    {{0x3f, 0xff}, 20, "a reserved address"},
};

/// Forms of IPv6 addresses that carry an IPv4 address.
struct Carrier {
  Block form;
  std::size_t at;      ///< where the IPv4 address stands
  bool may_be_public;  ///< although it is not in 2000::/3
};
constexpr Carrier kCarriers[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "mapped"}, 12, true},
    {{{}, 96, "compatible"}, 12, true},
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "translated (SIIT)"}, 12, true},
    {{{0, 0x64, 0xff, 0x9b}, 96, "NAT64"}, 12, true},
    {{{0x20, 0x02}, 16, "6to4"}, 2, false},
};

bool within(Bytes address, const Block& block) {
  const unsigned whole = block.bits / 8;
  if (std::memcmp(address.data(), block.start.data(), whole) != 0) return false;
  const unsigned rest = block.bits % 8;
  return rest == 0 || (address[whole] ^ block.start[whole]) >> (8 - rest) == 0;
}

std::string_view judge(Bytes address, std::span<const Block> blocks) {
  const auto found = std::ranges::find_if(blocks, [&](const Block& block) { return within(address, block); });
  return found == blocks.end() ? std::string_view{} : found->is;
}

std::string_view judge4(Bytes address) { return judge(address, kBlocks4); }

std::string_view judge6(Bytes address) {
  if (const std::string_view why = judge(address, kBlocks6); !why.empty()) return why;
  bool may_be_public = address[0] >> 5 == 1;  // everything that was handed out to the public lies in 2000::/3
  for (const Carrier& carrier : kCarriers) {
    if (!within(address, carrier.form)) continue;
    if (const std::string_view why = judge4(address.subspan(carrier.at, 4)); !why.empty()) return why;
    may_be_public = may_be_public || carrier.may_be_public;
  }
  // ISATAP, in any network: the interface's number is 0000:5efe or 0200:5efe and the IPv4 address.
  if ((address[8] & ~0x02U) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe)
    if (const std::string_view why = judge4(address.subspan(12)); !why.empty()) return why;
  return may_be_public ? std::string_view{} : "a reserved address";
}

/// A numeric address in its one spelling, or the name as it is.
std::string canonical(std::string_view host) {
  std::string text(host);
  std::uint8_t bytes[sizeof(in6_addr)];
  char buffer[INET6_ADDRSTRLEN];
  for (const int family : {AF_INET, AF_INET6})
    if (::inet_pton(family, text.c_str(), bytes) == 1) return ::inet_ntop(family, bytes, buffer, sizeof buffer);
  return text;
}

}  // namespace

std::string_view refused_because(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return judge4({reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4});
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return judge6({v6.sin6_addr.s6_addr, 16});
  }
  return "not a public internet address";
}

Status AllowedHosts::add(std::string_view entry) {
  const auto refuse = [&] {
    return fail(Code::usage,
                "'" + std::string(entry) + "' is not HOST or HOST:PORT; write it like peer.example.net, 10.0.0.5:8900 or [::1]:8900");
  };
  if (entry.find_first_of("/?") != std::string_view::npos) return refuse();
  auto parsed = parse_outbound_url("http://" + std::string(entry));
  if (!parsed) return refuse();
  // The usual port is not told from none by the parsed form.
  const auto bracket = entry.rfind(']');
  const bool has_port = entry.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
  entries_.push_back({canonical(parsed->address.host), has_port ? parsed->address.port : std::string()});
  return {};
}

bool AllowedHosts::holds(std::string_view host, std::string_view port) const {
  return std::ranges::any_of(entries_, [port, wanted = canonical(host)](const Entry& entry) {
    return entry.host == wanted && (entry.port.empty() || entry.port == port);
  });
}

}  // namespace facio::serve
