// What stands in for the Meeting SDK for Linux in the tests: the part of it that the example bot
// uses, written from the names of its classes. No line of the SDK is here.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_ZOOM_SDK_DEF_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_ZOOM_SDK_DEF_H_

#include <cstdint>

#define ZOOM_SDK_NAMESPACE ZOOMSDK

using zchar_t = char;
using UINT64 = std::uint64_t;

namespace ZOOMSDK {

// It has many more: the bot takes all of them as integers.
enum SDKError { SDKERR_SUCCESS = 0 };

enum SDK_LANGUAGE_ID { LANGUAGE_Unknow = 0, LANGUAGE_English };

struct InitParam {
  const zchar_t* strWebDomain = nullptr;
  SDK_LANGUAGE_ID emLanguageID = LANGUAGE_Unknow;
};

template <class T>
class IList {
 public:
  virtual ~IList() = default;
  virtual int GetCount() = 0;
  virtual T GetItem(int index) = 0;
};

enum MeetingComponentType : int;
enum ConnectionQuality : int;

}  // namespace ZOOMSDK

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_ZOOM_SDK_DEF_H_
