// What the sockets need of an IoLoop. Internal to lib/http.

#ifndef JOINPASS_LIB_HTTP_LOOP_CONTEXT_H_
#define JOINPASS_LIB_HTTP_LOOP_CONTEXT_H_

#include <boost/asio/io_context.hpp>

#include "http/loop.h"

namespace joinpass::http {

class IoLoop::Context {
 public:
  // Run by one thread only.
  boost::asio::io_context io{1};
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_LOOP_CONTEXT_H_
