// Lints the configuration of a channel: what makes it silent or dangerous.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cli/catalogue/finding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/secret_rule.hpp"

namespace facio::channels {

inline constexpr std::string_view kPlacetNeeds[] = {"instanceUrl", "apiKey"};
inline constexpr std::string_view kTokenNeeds[] = {"token"};
inline constexpr std::string_view kSlackNeeds[] = {"botToken", "appToken"};
inline constexpr std::string_view kMailNeeds[] = {"imapHost",     "imapUsername", "imapPassword", "smtpHost",
                                                  "smtpUsername", "smtpPassword", "fromAddress"};
inline constexpr std::string_view kTeamsNeeds[] = {"appId", "appPassword"};

/// The required keys of a known kind of channel.
inline std::span<const std::string_view> needs_of(std::string_view channel) {
  if (channel == "placet") return kPlacetNeeds;
  if (channel == "telegram" || channel == "discord") return kTokenNeeds;
  if (channel == "slack") return kSlackNeeds;
  if (channel == "email") return kMailNeeds;
  if (channel == "teams") return kTeamsNeeds;
  return {};
}

inline constexpr std::string_view kPlacetSecrets[] = {"apiKey", "managementToken"};
inline constexpr std::string_view kTokenSecrets[] = {"token", "proxyUsername", "proxyPassword"};
inline constexpr std::string_view kSlackSecrets[] = {"botToken", "appToken", "signingSecret"};
inline constexpr std::string_view kMailSecrets[] = {"imapPassword", "smtpPassword"};
inline constexpr std::string_view kTeamsSecrets[] = {"appPassword"};
inline constexpr std::string_view kWebhookSecrets[] = {"secret", "headers", "cookies", "proxy"};
/// Who may write, and names: shown even where an id looks like chance.
inline constexpr std::string_view kOpen[] = {"enabled",     "allowFrom", "groupAllowFrom", "allowChannels", "agentId",  "agentName",
                                             "channelTag",  "appId",     "tenantId",       "fromAddress",   "imapHost", "imapUsername",
                                             "imapMailbox", "smtpHost",  "smtpUsername",   "type",          "to"};

/// What a kind of channel declares; of kinds that nobody knows, and of members that no kind names, the general rule says what is secret.
inline SecretDeclaration declaration_of(std::string_view kind) {
  const auto declared = [](std::span<const std::string_view> secret) { return SecretDeclaration{.secret = secret, .open = kOpen}; };
  if (kind == "placet") return declared(kPlacetSecrets);
  if (kind == "telegram" || kind == "discord") return declared(kTokenSecrets);
  if (kind == "slack") return declared(kSlackSecrets);
  if (kind == "email") return declared(kMailSecrets);
  if (kind == "teams") return declared(kTeamsSecrets);
  if (kind == "webhook") return declared(kWebhookSecrets);
  return {};
}
/// The kind of a channel: what its member `type` says, or its name.
inline std::string kind_of(std::string_view name, JsonRef config) {
  const std::string& type = config.get("type").text();
  return type.empty() ? std::string(name) : type;
}

/// A member in either spelling: allowFrom or allow_from.
inline JsonRef member(JsonRef config, std::string_view camel) {
  if (const JsonRef found = config.get(camel)) return found;
  std::string snake;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') snake += {'_', static_cast<char>(c - 'A' + 'a')};
    else snake += c;
  }
  return config.get(snake);
}

inline bool is(JsonRef value, bool wanted) { return value.is(JsonKind::boolean) && value.boolean() == wanted; }

inline bool is_blank(JsonRef value) { return value.is_null() || (value.kind() == JsonKind::string && value.string().empty()); }

inline bool allows_everybody(JsonRef list) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list.kind() == JsonKind::array && list.at(i).kind() == JsonKind::string && list.at(i).string() == "*") return true;
  return false;
}

/// Collects the findings about one channel.
class Judge {
 public:
  Judge(std::string_view name, JsonRef config, FindingList& findings) : name_(name), config_(config), findings_(findings) {}

  void look() {
    if (!secret_texts(config_, declaration_of(kind_of(name_, config_))).empty())
      findings_.items.push_back({"secret-shown", "error", "channel " + std::string(name_),
                                 "the agent shows a secret of its configuration in clear text",
                                 "update the agent, or store the secret with facioctl credentials set KEY and write ${credentials.KEY}"});
    if (!is(member(config_, "enabled"), true)) return;  // not started, so neither silent nor dangerous
    for (const std::string_view key : needs_of(name_))
      if (is_blank(member(config_, key))) add("missing-key", key, std::string(key) + " is missing; the channel cannot start");
    if (name_ == "placet") {  // allows everybody by default
      const JsonRef allowed = member(config_, "allowFrom");
      if (allowed && allowed.size() == 0) add("nobody-allowed", "allowFrom", "allowFrom is empty: every message is ignored");
      return;
    }
    look_at_senders();
    if (name_ == "email") look_at_mail();
    if (name_ == "teams" && is(member(config_, "validateInboundAuth"), false))
      add("teams-without-validation", "validateInboundAuth",
          "validateInboundAuth is off: anyone who finds the address can pose as a Teams user");
  }

 private:
  void look_at_senders() {
    const JsonRef allowed = member(config_, "allowFrom"), direct = config_.get("dm");
    if (allowed.size() == 0) add("nobody-allowed", "allowFrom", "allowFrom is empty: the channel is enabled but ignores every message");
    else if (allows_everybody(allowed))
      add("everybody-allowed", "allowFrom", "allowFrom contains *: anyone who finds the channel can control the agent");
    if (allows_everybody(member(config_, "groupAllowFrom")))
      add("everybody-allowed", "groupAllowFrom", "groupAllowFrom contains *: every group can control the agent");
    if (is(direct.get("enabled"), true) && allows_everybody(member(direct, "allowFrom")))
      add("everybody-allowed", "dm.allowFrom", "dm.allowFrom contains *: everybody can control the agent");
  }

  void look_at_mail() {
    const auto off = [this](std::string_view key) { return is(member(config_, key), false); };
    if (!is(member(config_, "consentGranted"), true))
      add("mail-without-consent", "consentGranted", "consentGranted is not true: the mailbox is never read");
    for (const auto& [key, check] : {std::pair{"verifyDkim", "mail-without-dkim"}, std::pair{"verifySpf", "mail-without-spf"}})
      if (off(key)) add(check, key, std::string(key) + " is off: a sender's address can be forged, and allowFrom trusts it");
    if (off("imapUseSsl"))
      add("mail-in-clear", "imapUseSsl", "imapUseSsl is off: the password and all mail are sent unencrypted", "warning");
    if (off("smtpUseTls") && !is(member(config_, "smtpUseSsl"), true))
      add("mail-in-clear", "smtpUseTls", "smtpUseTls and smtpUseSsl are off: the password and all mail are sent unencrypted", "warning");
  }

  void add(std::string_view check, std::string_view key, std::string message, std::string_view severity = "error") {
    const std::string name(name_), fix = "set " + std::string(key) + ": facioctl channels get " + name + " -o yaml > " + name +
                                         ".yaml, change it, facioctl channels set " + name + " -f " + name + ".yaml";
    findings_.items.push_back({std::string(check), std::string(severity), "channel " + name, std::move(message), fix});
  }

  std::string_view name_;
  JsonRef config_;
  FindingList& findings_;
};

/// Adds the findings about a channel, with the stable ids secret-shown, missing-key, nobody-allowed, everybody-allowed,
/// mail-without-consent, mail-without-dkim, mail-without-spf, mail-in-clear, teams-without-validation.
inline void judge(std::string_view name, JsonRef config, FindingList& findings) { Judge(name, config, findings).look(); }

}  // namespace facio::channels
