/* icuuc.dll is a part of Windows 10 that Qt6Core is linked to and that wine 8 lacks. This one knows
   no converter at all, so that Qt keeps to the encodings that it knows itself. */

#define EXPORT __declspec(dllexport)
#define MISSING_FILE 4
#define UNSUPPORTED 16

typedef const void *Converter;

static void fail(int *error, int code) {
    if (error && *error <= 0)
        *error = code;
}

int __stdcall DllMainCRTStartup(void *instance, unsigned reason, void *reserved) { return 1; }

EXPORT void *ucnv_open(const char *name, int *error) {
    fail(error, MISSING_FILE);
    return 0;
}

EXPORT void ucnv_close(Converter converter) {}

EXPORT void ucnv_reset(Converter converter) {}

EXPORT signed char ucnv_getMaxCharSize(Converter converter) { return 4; }

EXPORT int ucnv_countAvailable(void) { return 0; }

EXPORT const char *ucnv_getAvailableName(int number) { return 0; }

EXPORT const char *ucnv_getName(Converter converter, int *error) {
    fail(error, UNSUPPORTED);
    return 0;
}

EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, int *error) {
    fail(error, UNSUPPORTED);
    return 0;
}

EXPORT void ucnv_getToUCallBack(Converter converter, void **action, const void **context) {
    *action = 0;
    *context = 0;
}

EXPORT void ucnv_getFromUCallBack(Converter converter, void **action, const void **context) {
    *action = 0;
    *context = 0;
}

EXPORT void ucnv_setToUCallBack(Converter converter, void *action, const void *context,
                                void **old_action, const void **old_context, int *error) {
    fail(error, UNSUPPORTED);
}

EXPORT void ucnv_setFromUCallBack(Converter converter, void *action, const void *context,
                                  void **old_action, const void **old_context, int *error) {
    fail(error, UNSUPPORTED);
}

EXPORT void ucnv_toUnicode(Converter converter, void *target, void *target_end, void *source,
                           void *source_end, int *offsets, signed char flush, int *error) {
    fail(error, UNSUPPORTED);
}

EXPORT void ucnv_fromUnicode(Converter converter, void *target, void *target_end, void *source,
                             void *source_end, int *offsets, signed char flush, int *error) {
    fail(error, UNSUPPORTED);
}

EXPORT int ucnv_toUCountPending(Converter converter, int *error) { return 0; }

EXPORT int ucnv_fromUCountPending(Converter converter, int *error) { return 0; }

EXPORT void ucnv_cbToUWriteUChars(void *arguments, const void *source, int length, int offset,
                                  int *error) {}

EXPORT void ucnv_cbFromUWriteUChars(void *arguments, const void **source, const void *end,
                                    int offset, int *error) {}

EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(const void *context, void *arguments, const void *units,
                                            int length, int point, int reason, int *error) {}

EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(const void *context, void *arguments, const char *units,
                                          int length, int reason, int *error) {}
