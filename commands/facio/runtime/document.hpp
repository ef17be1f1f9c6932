// GET /api/v1/openapi.json: the agent describes its own interface.
#pragma once

#include <string>

namespace facio {

/// Safe from any thread.
class DocumentService {
 public:
  explicit DocumentService(std::string version) : version_(std::move(version)) {}

  /// The OpenAPI document.
  [[nodiscard]] std::string get() const;

 private:
  const std::string version_;
};

}  // namespace facio
