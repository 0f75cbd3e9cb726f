// JOINPASS_EXPORT marks what the shared library shows.

#ifndef JOINPASS_EXPORT_H_
#define JOINPASS_EXPORT_H_

#if defined(__GNUC__)
#define JOINPASS_EXPORT __attribute__((visibility("default")))
#else
#define JOINPASS_EXPORT
#endif

#endif  // JOINPASS_EXPORT_H_
