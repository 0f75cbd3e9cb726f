#include "fake_zoom/fake_zoom.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "fake_zoom/control.h"
#include "fake_zoom/inside.h"
#include "fake_zoom/world_reader.h"
#include "fake_zoom/world_seed.h"

namespace joinpass::fake_zoom {
namespace {

absl::StatusOr<World> OpenWorld(const Options& options, absl::Time now) {
  if (!options.world_json.empty()) return ReadWorld(options.world_json, now);
  if (options.world_file.empty()) {
    return GrowWorld({.seed = options.seed,
                      .users = options.users,
                      .meetings_per_user = options.meetings_per_user},
                     now);
  }
  std::ifstream file(options.world_file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return base::MakeError(Reason::kInvalidArgument, "world: the file cannot be read");
  return ReadWorld(text, now);
}

}  // namespace

Folder::~Folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

absl::Status Folder::Make() {
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / "fake_zoom.XXXXXX").string();
  if (error || mkdtemp(path.data()) == nullptr) {
    return base::MakeError(Reason::kInternal, "folder: cannot be made");
  }
  path_ = path;
  return absl::OkStatus();
}

std::string Folder::File(std::string_view name) const {
  return absl::StrCat(path_, "/", base::ToAbsl(name));
}

namespace {

int CountCalls(const std::map<std::string, int>& calls, std::string_view endpoint) {
  const bool prefix = endpoint.ends_with('*');
  if (prefix) endpoint.remove_suffix(1);
  int sum = 0;
  for (const auto& [name, count] : calls) {
    if (prefix ? name.starts_with(endpoint) : name == endpoint) sum += count;
  }
  return sum;
}

}  // namespace

FakeZoom::FakeZoom(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

// The server goes first: its thread calls us.
FakeZoom::~FakeZoom() {
  inside_->server.reset();
  {
    const base::MutexLock lock(inside_->mutex);
    inside_->ending = true;
    inside_->called.NotifyAll();
  }
  if (inside_->bringing.joinable()) inside_->bringing.join();
}

absl::StatusOr<std::unique_ptr<FakeZoom>> FakeZoom::Start(Options options) {
  if (options.port < 0 || options.port > 65535) {
    return base::MakeError(Reason::kInvalidArgument, "port: must be 0 to 65535");
  }
  const SteadyTime steady = base::SystemClock().SteadyNow();
  const absl::Time start = options.start.value_or(base::SystemClock().Now());
  VirtualClock clock(start, steady);
  if (options.clock == ClockKind::kFrozen) clock.Freeze(steady);
  TokenRules rules;
  if (options.lenient_rotation) rules.rotation = Rotation::kLenient;
  rules.reuse_revokes_family = options.reuse_revokes_family;
  rules.refresh_voids_access_tokens = options.refresh_voids_access_tokens;
  rules.opaque = options.opaque_tokens;
  auto inside = std::make_unique<Inside>(rules, clock);
  JOINPASS_ASSIGN_OR_RETURN(World world, OpenWorld(options, start));
  {
    const base::MutexLock lock(inside->mutex);
    inside->state.world = std::move(world);
    inside->state.rest.server_to_server_me = options.server_to_server_me;
    inside->state.rest.page_overflow = options.page_overflow;
    inside->state.passes.account_recording = options.account_recording;
  }
  std::unique_ptr<FakeZoom> fake(new FakeZoom(std::move(inside)));
  JOINPASS_RETURN_IF_ERROR(fake->Serve(options));
  return fake;
}

absl::Status FakeZoom::Serve(const Options& options) {
  JOINPASS_ASSIGN_OR_RETURN(const Certificates certificates, MakeCertificates(options.certificate));
  JOINPASS_RETURN_IF_ERROR(inside_->folder.Make());
  std::ofstream(ca_file()) << certificates.ca;
  // The port, and so api_url, is only known once somebody could ask already:
  // the lock keeps him waiting.
  const base::MutexLock lock(inside_->mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      inside_->server,
      Server::Start({.port = options.port,
                     .certificate = certificates.certificate,
                     .key = certificates.key,
                     .handler = [this](const Request& request) { return Handle(request); },
                     .now = [this] { return Now(); }}));
  inside_->state.oauth.api_url = origin();
  return absl::OkStatus();
}

Answer FakeZoom::Handle(const Request& request) {
  if (request.path.starts_with("/_fake/")) return {.response = AnswerControl(*this, request)};
  const base::MutexLock lock(inside_->mutex);
  Answer answer = inside_->state.Handle(request, inside_->Now());
  inside_->called.NotifyAll();
  return answer;
}

std::string FakeZoom::origin() const {
  return absl::StrCat("https://127.0.0.1:", inside_->server->port());
}

std::string FakeZoom::ca_file() const { return inside_->folder.File("ca.pem"); }

absl::Time FakeZoom::Now() const {
  const base::MutexLock lock(inside_->mutex);
  return inside_->Now();
}

void FakeZoom::Advance(absl::Duration step) {
  {
    const base::MutexLock lock(inside_->mutex);
    inside_->clock.Advance(step);
  }
  inside_->server->ClockMoved();
}

int FakeZoom::Calls(std::string_view endpoint) const {
  const base::MutexLock lock(inside_->mutex);
  return CountCalls(inside_->state.calls, endpoint);
}

void FakeZoom::AwaitCalls(std::string_view endpoint, int count) const {
  const base::MutexLock lock(inside_->mutex);
  while (CountCalls(inside_->state.calls, endpoint) < count) {
    inside_->called.Wait(inside_->mutex);
  }
}

std::map<std::string, int> FakeZoom::AllCalls() const {
  const base::MutexLock lock(inside_->mutex);
  return inside_->state.calls;
}

void FakeZoom::ResetCalls() {
  const base::MutexLock lock(inside_->mutex);
  inside_->state.calls.clear();
}

ConnectionCounts FakeZoom::Connections() const { return inside_->server->counts(); }

absl::Status FakeZoom::SetFault(Fault fault) {
  JOINPASS_RETURN_IF_ERROR(CheckFault(fault));
  const base::MutexLock lock(inside_->mutex);
  inside_->state.faults.Set(std::move(fault));
  return absl::OkStatus();
}

void FakeZoom::ClearFaults() {
  const base::MutexLock lock(inside_->mutex);
  inside_->state.faults.Clear();
}

void FakeZoom::Release() { inside_->server->Release(); }

absl::StatusOr<std::string> Consent(const FakeZoom& fake, std::string_view authorize_url,
                                    std::string_view email, Decision decision) {
  return Consent(fake.ca_file(), authorize_url, email, decision);
}

}  // namespace joinpass::fake_zoom
