// The environment variables that the program reads. One is read by its name here alone, so that help and manual pages tell of all of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace facio {

/// A variable that is read. The order is that of the table in variables.cpp.
enum class Variable : std::uint8_t {
  facioctl_context,
  facioctl_url,
  facio_api_port,
  facioctl_token_file,
  credentials_directory,
  facioctl_token,
  facio_management_token,
  facioctl_output,
  facioctl_timeout,
  facioctl_config,
  facioctl_pager,
  facioctl_chat_history,
  pager,
  less,
  small_https_proxy,
  https_proxy,
  small_http_proxy,
  http_proxy,
  request_method,
  small_no_proxy,
  no_proxy,
  visual,
  editor,
  accessible,
  no_color,
  clicolor,
  clicolor_force,
  force_color,
  term,
  columns,
  tz,
  tzdir,
  home,
  path,
  tmpdir,
  xdg_config_home,
  xdg_data_home,
  xdg_state_home,
  xdg_cache_home,
  xdg_runtime_dir,
  ssl_cert_file,
  ssl_cert_dir,
  lc_all,
  lc_ctype,
  lang,
  user,
  logname,
  shell,
  manpath,
  placet_api_key,
  facio_management_enabled,
  facio_a2a_enabled,
  facio_a2a_token,
  facio_allowed_origins,
  facio_server_names,
  facio_allow_hosts,
  facio_open_v1,
  facio_public_url,
  facio_rate_limit_rpm,
  facio_github_device_url,
  facio_github_token_url,
  facio_github_user_url,
  facio_github_client_id,
  facioctl_secrets_key,
  facioctl_audit_key,
  notify_socket,
  watchdog_usec,
  watchdog_pid,
  listen_fds,
  listen_pid,
  listen_fdnames,
  journal_stream,
  facioctl_context_url,
  facioctl_token_fd,
  facioctl_hook_fd,
  facioctl_previous,
  facioctl_serve_handover,
};

struct VariableInfo {
  Variable variable = {};
  std::string_view name = {};
  std::string_view readers = {};  ///< ids of commands, separated by blanks; "*": all that need it; "": what facioctl sets for itself
  std::string_view meaning = {};

  [[nodiscard]] bool is_read_by(std::string_view reader) const noexcept;
};

const VariableInfo& info(Variable variable) noexcept;

/// All rows, in the order of the enumeration.
std::span<const VariableInfo> variable_table() noexcept;

}  // namespace facio
