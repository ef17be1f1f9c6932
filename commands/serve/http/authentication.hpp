// Who may use a surface.
#pragma once

#include <string_view>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// Bearer tokens of the surfaces, compared in constant time.
class Authentication {
 public:
  Authentication(Secret management, Secret a2a) : management_(std::move(management)), a2a_(std::move(a2a)) {}

  /// Code::unauthenticated unless the Authorization header opens the surface. health, openai and card are open; a2a takes both tokens.
  [[nodiscard]] Status check(Surface surface, std::string_view authorization) const;

 private:
  Secret management_, a2a_;
};

}  // namespace facio::serve
