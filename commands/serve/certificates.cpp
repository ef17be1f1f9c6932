#include "commands/serve/certificates.hpp"

#include "cli/core/time.hpp"
#include "cli/http/tls.hpp"
#include "commands/serve/authority.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

constexpr std::int64_t kSoonDays = 14;

}  // namespace

Certificates::Certificates(TlsOptions options, std::string directory, bool temporary)
    : options_(std::move(options)), directory_(std::move(directory)), temporary_(temporary) {}

Certificates::~Certificates() { remove_temporary(); }

void Certificates::remove_temporary() const {
  if (temporary_) remove_directory(directory_);
}

Result<std::unique_ptr<Certificates>> Certificates::open(const ServeOptions& options) {
  if (!options.tls.on()) return nullptr;
  std::string directory = options.data + "/tls";
  const bool temporary = options.tls.automatic && options.memory;
  if (temporary) {
    auto made = make_temporary_directory(options.runtime_directory);
    if (!made) return fail(std::move(made.error()));
    directory = std::move(*made);
  } else if (options.tls.automatic) {
    if (auto status = make_private_directory(options.data); !status) return fail(std::move(status.error()));
  }
  std::unique_ptr<Certificates> certificates(new Certificates(options.tls, std::move(directory), temporary));
  if (auto status = certificates->reload(); !status) return fail(std::move(status.error()));
  return certificates;
}

Status Certificates::reload() {
  http::TlsFiles files{.ca = options_.client_ca, .cert = options_.cert, .key = options_.key};
  if (options_.automatic) {
    auto issued = keep_authority(directory_, options_.names, now_ms());
    if (!issued) return fail(std::move(issued.error()));
    ca_file_ = issued->ca_file;
    new_authority_ = issued->new_authority && !temporary_;
    files.cert = files.key = issued->server_file;
  }
  auto context = http::TlsContext::for_server(files);
  if (!context)
    return fail(Error(context.error().code(), "--tls: " + context.error().message())
                    .with_field("tls")
                    .with_hint(std::string(context.error().hint())));
  end_ms_ = context->certificate_end().value_or(0);
  cert_file_ = files.cert;
  if (server_) server_->use(std::move(*context));
  else server_ = std::make_unique<TlsServer>(std::move(*context));
  return {};
}

std::string Certificates::warning() const {
  if (new_authority_) return "clients must trust the new authority in " + ca_file_;
  const std::int64_t left = end_ms_ - now_ms();
  if (left < 0) return "the certificate " + cert_file_ + " has expired on " + format_date(end_ms_) + "; clients will refuse it";
  if (left < kSoonDays * kDayMs) return "the certificate " + cert_file_ + " expires on " + format_date(end_ms_);
  return {};
}

}  // namespace facio::serve
