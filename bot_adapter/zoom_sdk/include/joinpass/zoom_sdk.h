// SdkJoinParam: a JoinPass in the shape of the Meeting SDK's JoinParam.
//
//   #include "meeting_service_interface.h"   // the SDK's, with -isystem
//   #include "joinpass/zoom_sdk.h"
//
//   using SdkParam = joinpass::SdkJoinParam<ZOOM_SDK_NAMESPACE::JoinParam>;
//   absl::StatusOr<SdkParam> filled = SdkParam::Take(*std::move(pass));
//   if (!filled.ok()) …
//   filled->fields().isVideoOff = true;      // the bot's own wishes
//   meeting_service->Join(filled->param());
//   ... onMeetingStatusChanged(status, …): if (joinpass::EndsJoining(status)) filled->Release();
//
// Header-only, and a template over the SDK's type: nothing of the SDK is
// linked, and one source serves every SDK from 5.15 on. Compile it against the
// very headers that the bot is built with: the layout differs between versions.

#ifndef JOINPASS_ZOOM_SDK_H_
#define JOINPASS_ZOOM_SDK_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "joinpass/reason.h"

namespace joinpass {
namespace zoom_sdk_internal {

// Overwrites memory; no optimiser removes it. A policy, so that a test can watch.
struct Wiper {
  static void Wipe(void* bytes, std::size_t size) {
    volatile auto* byte = static_cast<volatile unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) byte[i] = 0;
  }
};

// Reads the code point at the start of `text`, as strictly as RFC 3629: no
// overlong form, no surrogate. Returns its bytes, or 0 if there is none. A NUL
// is none either: the SDK would stop reading there.
constexpr std::size_t ReadCodePoint(std::string_view text, char32_t& code_point) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (first == 0 || (first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size() < size) return 0;
  code_point = size == 1 ? first : first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return 0;
    code_point = (code_point << 6) | (next & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point < kLeast[size] || code_point > 0x10FFFF || surrogate ? 0 : size;
}

// Writes it as UTF-16 or UTF-32, by the size of `Unit`. Returns the units.
template <typename Unit>
constexpr std::size_t WriteCodePoint(char32_t code_point, Unit* out) {
  if (sizeof(Unit) == 4 || code_point < 0x10000) {
    out[0] = static_cast<Unit>(code_point);
    return 1;
  }
  out[0] = static_cast<Unit>(0xD800 + ((code_point - 0x10000) >> 10));
  out[1] = static_cast<Unit>(0xDC00 + (code_point & 0x3FF));
  return 2;
}

// A text as the SDK wants it: zero-terminated units, at one address for life,
// wiped before they are freed. Move-only.
template <typename Unit, typename WiperT>
class Text {
 public:
  Text() = default;
  Text(Text&&) = delete;
  ~Text() { Clear(); }

  // An empty text has no units at all. False, and empty, if `utf8` is not UTF-8
  // or holds a NUL.
  bool Assign(std::string_view utf8) {
    Clear();
    if (utf8.empty()) return true;
    capacity_ = utf8.size() + 1;  // no encoding has more units than UTF-8 has bytes
    units_ = std::make_unique<Unit[]>(capacity_);
    while (!utf8.empty()) {
      char32_t code_point = 0;
      const std::size_t read = ReadCodePoint(utf8, code_point);
      if (read == 0) {
        Clear();
        return false;
      }
      Append(utf8.substr(0, read), code_point);
      ++characters_;
      utf8.remove_prefix(read);
    }
    return true;
  }

  void Clear() {
    if (units_) WiperT::Wipe(units_.get(), capacity_ * sizeof(Unit));
    units_.reset();
    capacity_ = 0;
    size_ = 0;
    characters_ = 0;
  }

  const Unit* units() const { return units_.get(); }  // nullptr if empty
  std::size_t size() const { return size_; }          // in units, without the zero
  std::size_t characters() const { return characters_; }

 private:
  void Append(std::string_view bytes, char32_t code_point) {
    if constexpr (sizeof(Unit) == 1) {
      for (const char byte : bytes) units_[size_++] = static_cast<Unit>(byte);
    } else {
      size_ += WriteCodePoint(code_point, units_.get() + size_);
    }
  }

  std::unique_ptr<Unit[]> units_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::size_t characters_ = 0;
};

// What stands for a `Param&` as an argument, and shows nothing of it: of its two arms the SDK
// reads one, and whoever writes the other is not told.
template <typename Param>
class Argument {
 public:
  explicit Argument(Param& param) : param_(param) {}
  operator Param&() const { return param_; }

 private:
  Param& param_;
};

}  // namespace zoom_sdk_internal

// Whether an attempt to join is over with this MeetingStatus, however it went, so that the SDK has
// no more use for the texts it was given: MEETING_STATUS_INMEETING, _FAILED and _ENDED.
constexpr bool EndsJoining(int meeting_status) {
  constexpr int kInMeeting = 3;
  constexpr int kFailed = 6;
  constexpr int kEnded = 7;
  return meeting_status == kInMeeting || meeting_status == kFailed || meeting_status == kEnded;
}

// Fills the SDK's `JoinParam`, in its arm for users that are not logged in, and
// owns every text that it points at. Absent parts are nullptr, never "". What
// the SDK's constructor chose for audio and video stays as it was.
//
//   JoinPass            JoinParam4WithoutLogin
//   meeting_number      meetingNumber
//   vanity_name         vanityID, only where the number is not known
//   display_name        userName
//   passcode            psw
//   recording_token     app_privilege_token (not join_token, which is another thing)
//   zak                 userZAK
//   on_behalf_token     onBehalfToken, which SDKs before 6.3 lack
//   customer_key        customer_key
//   registrant_token    webinarToken
//
// Whether Join() copies the texts is not documented. So keep this object until
// EndsJoining() says so of the meeting status; then Release() or destroy it. A pass
// serves one attempt: mint a new one for the next.
//
// Thread-compatible. Movable; the address of what the SDK is given never changes. A
// moved-from object may only be destroyed or assigned to.
// Source: the headers of the Linux SDK 5.15 to 6.7 and of the Windows SDK.
template <typename JoinParam, typename Wiper = zoom_sdk_internal::Wiper>
class SdkJoinParam {
  using Arm = decltype(std::declval<JoinParam&>().param.withoutloginuserJoin);
  using Unit = std::remove_const_t<std::remove_pointer_t<decltype(Arm::userName)>>;
  using UserType = decltype(JoinParam::userType);

 public:
  // Whether this SDK can take an on-behalf-of token.
  static constexpr bool kHasOnBehalfToken = requires(Arm & arm) { arm.onBehalfToken; };

  // Of customer_key, in characters, however many units each has.
  static constexpr std::size_t kMaxCustomerKey = 35;

  // Consumes `pass` (a JoinPass), whose secrets are wiped. Lvalues and const
  // passes do not compile: a pass is used once. After an error `pass` is as it was.
  //
  // Errors:
  //   sdk_lacks_field   the pass holds an on-behalf-of token and this SDK has no field for it
  //   invalid_argument  a text is not UTF-8 or holds a NUL, customer_key is too long, there is
  //                     neither number nor name of a meeting, or two identities
  template <typename Pass>
  requires(!std::is_reference_v<Pass> &&
           !std::is_const_v<Pass>) static absl::StatusOr<SdkJoinParam> Take(Pass&& pass) {
    auto held = std::make_unique<Held>();
    if (absl::Status status = Check(std::as_const(pass)); !status.ok()) return status;
    if (absl::Status status = Fill(std::as_const(pass), *held); !status.ok()) return status;
    [[maybe_unused]] const Pass spent = std::move(pass);
    return SdkJoinParam(std::move(held));
  }

  SdkJoinParam(SdkJoinParam&&) noexcept = default;
  SdkJoinParam& operator=(SdkJoinParam&&) noexcept = default;

  // What to hand to IMeetingService::Join(): it becomes the JoinParam& that Join() takes. Of an
  // object that dies with the statement there is none.
  zoom_sdk_internal::Argument<JoinParam> param() & {
    return zoom_sdk_internal::Argument<JoinParam>(held_->param);
  }

  // The arm of it that the SDK reads, for the bot's own wishes: audio, video, and what a later SDK
  // has. The texts are not to be written.
  Arm& fields() & { return held_->param.param.withoutloginuserJoin; }

  // Wipes every text, and leaves the JoinParam as the SDK's constructor makes it. Once
  // is enough; more do no harm.
  void Release() {
    held_->param = JoinParam();
    for (Text& text : held_->texts) text.Clear();
  }

 private:
  using Text = zoom_sdk_internal::Text<Unit, Wiper>;

  // One text of the pass: its name there, and where the SDK looks for it.
  struct Field {
    std::string_view name;
    std::string_view utf8;
    const Unit** target;
  };
  static constexpr std::size_t kFields = 8;

  struct Held {
    JoinParam param;
    std::array<Text, kFields> texts;
  };

  explicit SdkJoinParam(std::unique_ptr<Held> held) : held_(std::move(held)) {}

  static absl::Status Invalid(std::string_view name, std::string_view what) {
    return ReasonError(Reason::kInvalidArgument,
                       std::string("zoom_sdk: ").append(name).append(" ").append(what));
  }

  template <typename Pass>
  static absl::Status Check(const Pass& pass) {
    if (!kHasOnBehalfToken && !pass.on_behalf_token().empty()) {
      return ReasonError(Reason::kSdkLacksField, "zoom_sdk: this SDK has no onBehalfToken");
    }
    if (!pass.zak().empty() && !pass.on_behalf_token().empty()) {
      return Invalid("zak", "stands beside an on-behalf-of token");
    }
    if (pass.meeting_number() == 0 && pass.vanity_name().empty()) {
      return Invalid("meeting_number", "is missing, and so is vanity_name");
    }
    return absl::OkStatus();
  }

  template <typename Pass>
  static absl::Status Fill(const Pass& pass, Held& held) {
    held.param.userType = UserType::SDK_UT_WITHOUT_LOGIN;  // whatever a newer SDK begins with
    Arm& arm = held.param.param.withoutloginuserJoin;
    arm.meetingNumber = pass.meeting_number();
    const std::string_view vanity =
        pass.meeting_number() == 0 ? pass.vanity_name() : std::string_view();
    const std::array<Field, kFields> fields = {{
        {"vanity_name", vanity, &arm.vanityID},
        {"display_name", pass.display_name(), &arm.userName},
        {"passcode", pass.passcode().Reveal(), &arm.psw},
        {"recording_token", pass.recording_token().Reveal(), &arm.app_privilege_token},
        {"zak", pass.zak().Reveal(), &arm.userZAK},
        {"customer_key", pass.customer_key(), &arm.customer_key},
        {"registrant_token", pass.registrant_token().Reveal(), &arm.webinarToken},
        {"on_behalf_token", pass.on_behalf_token().Reveal(), OnBehalfTarget(arm)},
    }};
    for (std::size_t i = 0; i < kFields; ++i) {
      const Field& field = fields[i];
      if (!held.texts[i].Assign(field.utf8))
        return Invalid(field.name, "is not UTF-8, or holds a NUL");
      if (field.target == &arm.customer_key && held.texts[i].characters() > kMaxCustomerKey) {
        return Invalid(field.name, "is over 35 characters");
      }
      if (field.target != nullptr) *field.target = held.texts[i].units();
    }
    return absl::OkStatus();
  }

  // A template, so that an SDK without the field compiles.
  template <typename AnyArm>
  static const Unit** OnBehalfTarget(AnyArm& arm) {
    if constexpr (kHasOnBehalfToken) {
      return &arm.onBehalfToken;
    } else {
      return nullptr;  // Check() saw that there is nothing to put there
    }
  }

  std::unique_ptr<Held> held_;
};

}  // namespace joinpass

#endif  // JOINPASS_ZOOM_SDK_H_
