// JSON types of the credentials area (contract section 5).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

/// What may be known about a stored secret; never its value.
struct Credential {
  std::string key;
  bool hasValue = false;
  std::string masked;
  bool exposed = false;
  std::optional<std::string> exposed_until, updated_at;

  static constexpr ShapeHead shape{"Credential", "A stored secret, without its value", Members::open};
  static constexpr auto fields() {
    using C = Credential;
    return Fields{
        field("key", &C::key, "name of the secret"),
        field("hasValue", &C::hasValue, "a value is stored"),
        field("masked", &C::masked, "*** if a value is stored, otherwise empty"),
        field("exposed", &C::exposed, "exposed to shell tools as an environment variable"),
        field("exposed_until", &C::exposed_until, "when it is withdrawn again", {.format = Format::time}),
        field("updated_at", &C::updated_at, "when the value was stored", {.format = Format::time}),
    };
  }
};

using CredentialList = ListOf<Credential, "CredentialList", "All stored secrets", "the secrets, without their values">;

/// A place that names a secret, or gets it.
struct CredentialUse {
  std::string where;

  static constexpr ShapeHead shape{"CredentialUse", "A place that uses a secret"};
  static constexpr auto fields() { return Fields{field("where", &CredentialUse::where, "the place, as mcp github env.TOKEN")}; }
};

using CredentialUses = ListOf<CredentialUse, "CredentialUses", "What uses a secret", "the places", Members::closed>;

struct CredentialCreate {
  std::string key;
  Secret value;
  std::optional<bool> exposed;

  static constexpr ShapeHead shape{"CredentialCreate", "A secret to store"};
  static constexpr auto fields() {
    using C = CredentialCreate;
    return Fields{
        field("key", &C::key, "name: letters, digits and _, not starting with a digit; not providers",
              {.max_length = 128, .pattern = "secret-key", .example = "GITHUB_TOKEN"}),
        field("value", &C::value, "the value",
              {.secret = true, .not_blank = true, .max_length = 65536, .example = "the value", .flag = "from"}),
        field("exposed", &C::exposed, "expose it to shell tools as an environment variable", {.default_text = "false"}),
    };
  }
};

struct CredentialValue {
  Secret value;

  static constexpr ShapeHead shape{"CredentialValue", "The new value of a secret"};
  static constexpr auto fields() {
    return Fields{field("value", &CredentialValue::value, "the value",
                        {.secret = true, .not_blank = true, .max_length = 65536, .example = "the value", .flag = "from"})};
  }
};

inline constexpr Form kExposedForms[] = {{"exposed=true", ""}, {"exposed=false", "for_s"}};

struct CredentialExposed {
  std::optional<bool> exposed;  ///< required on the wire; the command fills it in
  std::optional<std::int64_t> for_s;

  static constexpr ShapeHead shape{"CredentialExposed", "Whether a secret is exposed to shell tools", Members::closed, kExposedForms};
  static constexpr auto fields() {
    using C = CredentialExposed;
    return Fields{
        field("exposed", &C::exposed, "true exposes it to shell tools as an environment variable, false withdraws it; required",
              {.example = "true", .flag = "-"}),
        field("for_s", &C::for_s, "for how long; default: until it is withdrawn",
              {.format = Format::seconds, .min = 1, .max = 31'536'000, .flag = "for"}),
    };
  }
};

using CredentialDeleted = Deleted<"key", "CredentialDeleted", "The secret is gone", "name of the secret">;

}  // namespace facio
