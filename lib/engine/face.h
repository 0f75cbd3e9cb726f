// Face: the engine as its caller holds it.

#ifndef JOINPASS_LIB_ENGINE_FACE_H_
#define JOINPASS_LIB_ENGINE_FACE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/border.h"
#include "engine/house.h"
#include "joinpass/engine.h"

namespace joinpass::engine {

// The public calls: each passes the border on its way into the house. Its destructor
// does nothing in a forked child. At the exit() of its process it closes
// what is inside and ends its threads, before OpenSSL's clean-up, which would take
// the ground from under them: with whatever order the statics go.
class Face final : public Engine {
 public:
  explicit Face(std::unique_ptr<House> house);
  ~Face() override;

  Apps& apps() override { return apps_; }
  Credentials& credentials() override { return credentials_; }
  Directory& directory() override { return directory_; }
  Keys& keys() override { return keys_; }
  Webhooks& webhooks() override { return webhooks_; }
  absl::StatusOr<std::unique_ptr<JoinSession>> BeginJoin(JoinRequest request) override;
  absl::StatusOr<JoinPass> Prepare(JoinRequest request, absl::Duration timeout) override;
  absl::StatusOr<JoinCheck> Check(JoinRequest request, absl::Duration timeout) override;
  absl::StatusOr<std::vector<LoggedPass>> PassLog(int most) override;
  absl::StatusOr<UpkeepReport> Upkeep(absl::Duration timeout) override;
  absl::Status Close(absl::Duration timeout) override;

 private:
  class GuestApps final : public Apps {
   public:
    GuestApps(const Border& border, Apps& inside) : border_(border), inside_(inside) {}
    absl::StatusOr<std::string> Create(AppSettings settings) override;
    absl::StatusOr<std::vector<App>> List() override;
    absl::StatusOr<App> Get(const std::string& id) override;
    absl::Status Update(const std::string& id, AppSettings settings) override;
    absl::Status Remove(const std::string& id) override;

   private:
    const Border& border_;
    Apps& inside_;
  };

  class GuestCredentials final : public Credentials {
   public:
    GuestCredentials(const Border& border, Credentials& inside)
        : border_(border), inside_(inside) {}
    absl::StatusOr<ConnectStart> BeginConnect(const ConnectRequest& request) override;
    absl::StatusOr<Credential> FinishConnect(std::string_view redirected_to,
                                             std::string_view bound_to,
                                             absl::Duration timeout) override;
    absl::StatusOr<std::vector<Credential>> List(const std::string& app_id) override;
    absl::StatusOr<Credential> Get(const std::string& id) override;
    absl::StatusOr<Credential> Delegate(const DelegateRequest& request,
                                        absl::Duration timeout) override;
    absl::StatusOr<Credential> TestDelegate(const DelegateRequest& request,
                                            absl::Duration timeout) override;
    absl::StatusOr<AccessToken> GetAccessToken(const std::string& id,
                                               absl::Duration timeout) override;
    absl::StatusOr<Credential> Validate(const std::string& id, absl::Duration timeout) override;
    absl::StatusOr<Disconnected> Disconnect(const std::string& id, absl::Duration timeout) override;
    absl::StatusOr<std::vector<CredentialEvent>> Log(const std::string& id) override;

   private:
    const Border& border_;
    Credentials& inside_;
  };

  class GuestDirectory final : public Directory {
   public:
    GuestDirectory(const Border& border, Directory& inside) : border_(border), inside_(inside) {}
    absl::StatusOr<SyncReport> Sync(const std::string& credential_id,
                                    absl::Duration timeout) override;
    absl::StatusOr<SyncProgress> GetSync(const std::string& credential_id) override;
    absl::StatusOr<Resolution> Resolve(const MeetingLink& link) override;
    absl::StatusOr<Resolution> LookUp(const MeetingLink& link,
                                      const std::vector<std::string>& host_hints,
                                      absl::Duration timeout) override;
    absl::StatusOr<Explanation> Explain(const MeetingLink& link) override;
    absl::StatusOr<MeetingPage> List(const MeetingQuery& query) override;

   private:
    const Border& border_;
    Directory& inside_;
  };

  class GuestKeys final : public Keys {
   public:
    GuestKeys(const Border& border, Keys& inside) : border_(border), inside_(inside) {}
    absl::StatusOr<std::vector<KeyInfo>> List() override;
    absl::StatusOr<std::string> Add() override;
    absl::StatusOr<SweepReport> Sweep(absl::Duration timeout) override;
    absl::Status Remove(const std::string& id) override;

   private:
    const Border& border_;
    Keys& inside_;
  };

  class GuestWebhooks final : public Webhooks {
   public:
    GuestWebhooks(const Border& border, Webhooks& inside) : border_(border), inside_(inside) {}
    WebhookAnswer Receive(const WebhookRequest& request) override;
    absl::StatusOr<WebhookStatus> GetStatus(const std::string& app_id) override;

   private:
    const Border& border_;
    Webhooks& inside_;
  };

  // Within the border.
  absl::StatusOr<std::unique_ptr<JoinSession>> Begin(JoinRequest request);
  absl::StatusOr<JoinPass> BeginAndMint(JoinRequest request, absl::Duration timeout);

  const std::shared_ptr<House> house_;
  const Border& border_;
  GuestApps apps_;
  GuestCredentials credentials_;
  GuestDirectory directory_;
  GuestKeys keys_;
  GuestWebhooks webhooks_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_FACE_H_
