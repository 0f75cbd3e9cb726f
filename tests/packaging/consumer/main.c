/* The same in C. Argument: a folder. */
#include <joinpass/joinpass_c.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  joinpass_engine_options options = {0};
  options.struct_size = sizeof options;
  options.store_folder = argv[1];
  joinpass_engine* engine = NULL;
  joinpass_error* error = joinpass_engine_open(&options, &engine);
  printf("joinpass %s, store: %s\n", joinpass_version(),
         error == NULL ? "opened" : joinpass_error_description(error));
  const int code = error == NULL ? 0 : 1;
  joinpass_error_free(error);
  joinpass_engine_free(engine);
  return code;
}
