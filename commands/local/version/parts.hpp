// What the program was made of: the list that packaging/inventory writes after the linker took its parts, joined with what is known of them
// (packaging/licences).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::version {

/// A library. Texts are views of constant data.
struct Part {
  std::string_view use;           ///< "static", "headers", "loaded" (when it is first needed) or "shared" (when the program starts)
  std::string_view source;        ///< Debian's source package
  std::string_view full_version;  ///< that of the Debian package
  std::string_view package, architecture;
  std::string_view name, home, licences, copyright;

  /// The library's own version: the Debian package's without what Debian adds.
  [[nodiscard]] std::string_view version() const;
  /// Its address as a package (package-url).
  [[nodiscard]] std::string purl() const;
  /// Whether its code is in the program.
  [[nodiscard]] bool is_inside() const { return use == "static" || use == "headers"; }
};

struct Inventory {
  std::string_view commit, commit_date;  ///< empty: not built from a checkout
  bool modified = false;
  std::vector<Part> parts;
};

/// Code::unsupported when the build has no list: only release builds have.
Result<Inventory> inventory();

/// The licences of everything inside, each text once.
Result<std::string> licences();
/// What is inside, as CycloneDX 1.6 or SPDX 2.3. The same for the same build.
Result<std::string> cyclonedx();
Result<std::string> spdx();

/// The text of a licence, or of an exception from one, by its SPDX id; empty when its text is not kept.
std::string_view licence_text(std::string_view id);
/// The ids in an expression such as "ISC AND BSD-2-Clause".
std::vector<std::string_view> licence_ids(std::string_view expression);

}  // namespace facio::version
