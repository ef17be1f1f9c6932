// Lints the configuration of a channel: what makes it silent or dangerous.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cli/catalogue/finding.hpp"
#include "cli/core/json.hpp"

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
    if (!is(member(config_, "enabled"), true)) return;  // not started, so neither silent nor dangerous
    for (const std::string_view key : needs_of(name_))
      if (is_blank(member(config_, key))) add("missing-key", "error", std::string(key) + " is missing; the channel cannot start", set(key));
    look_at_senders();
    if (name_ == "email") look_at_mail();
    if (name_ == "teams" && is(member(config_, "validateInboundAuth"), false))
      add("teams-without-validation", "error", "validateInboundAuth is off: anybody who finds the address can speak as a Teams user",
          set("validateInboundAuth"));
  }

 private:
  void look_at_senders() {
    const JsonRef allowed = member(config_, "allowFrom");
    if (name_ == "placet") {  // allows everybody by default
      if (allowed && allowed.size() == 0) add("nobody-allowed", "error", "allowFrom is empty: every message is ignored", set("allowFrom"));
      return;
    }
    if (allowed.size() == 0)
      add("nobody-allowed", "error", "allowFrom is empty: the channel is on and ignores every message", set("allowFrom"));
    else if (allows_everybody(allowed))
      add("everybody-allowed", "error", "allowFrom holds *: whoever finds the channel can command the agent", set("allowFrom"));
    if (allows_everybody(member(config_, "groupAllowFrom")))
      add("everybody-allowed", "error", "groupAllowFrom holds *: every group can command the agent", set("groupAllowFrom"));
    const JsonRef direct = config_.get("dm");
    if (!is(direct.get("enabled"), true)) return;
    if (allows_everybody(member(direct, "allowFrom")))
      add("everybody-allowed", "error", "dm.allowFrom holds *: everybody can command the agent", set("dm.allowFrom"));
  }

  void look_at_mail() {
    if (!is(member(config_, "consentGranted"), true))
      add("mail-without-consent", "error", "consentGranted is not true: the mailbox is never read", set("consentGranted"));
    for (const auto& [key, check] : {std::pair{"verifyDkim", "mail-without-dkim"}, std::pair{"verifySpf", "mail-without-spf"}})
      if (is(member(config_, key), false))
        add(check, "error", std::string(key) + " is off: a sender's address can be forged, and allowFrom trusts it", set(key));
    if (is(member(config_, "imapUseSsl"), false))
      add("mail-in-clear", "warning", "imapUseSsl is off: the password and all mail travel in clear", set("imapUseSsl"));
    if (is(member(config_, "smtpUseTls"), false) && !is(member(config_, "smtpUseSsl"), true))
      add("mail-in-clear", "warning", "smtpUseTls and smtpUseSsl are off: the password and all mail travel in clear", set("smtpUseTls"));
  }

  [[nodiscard]] std::string set(std::string_view key) const {
    return "set " + std::string(key) + ": facioctl channels get " + std::string(name_) + " -o yaml > " + std::string(name_) +
           ".yaml, change it, facioctl channels set " + std::string(name_) + " -f " + std::string(name_) + ".yaml";
  }
  void add(std::string_view check, std::string_view severity, std::string message, std::string fix) {
    findings_.items.push_back(
        {std::string(check), std::string(severity), "channel " + std::string(name_), std::move(message), std::move(fix)});
  }

  std::string_view name_;
  JsonRef config_;
  FindingList& findings_;
};

/// Adds the findings about a channel, with the stable ids missing-key, nobody-allowed, everybody-allowed, mail-without-consent,
/// mail-without-dkim, mail-without-spf, mail-in-clear, teams-without-validation.
inline void judge(std::string_view name, JsonRef config, FindingList& findings) { Judge(name, config, findings).look(); }

}  // namespace facio::channels
