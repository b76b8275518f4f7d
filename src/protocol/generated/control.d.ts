// Generated from proto/octopus/v1 by `npm run proto`; edit those files instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace octopus. */
export namespace octopus {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Hello.
         * @deprecated Use octopus.v1.Hello.$Properties instead.
         */
        interface IHello extends octopus.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello magic. */
            magic: string;

            /** Hello protocol. */
            protocol: number;

            /** Hello engine. */
            engine: string;

            /** Hello pid. */
            pid: number;

            /** Hello store. */
            store: string;

            /** Hello payloadBytesMax. */
            payloadBytesMax: number;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link octopus.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Hello & octopus.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Hello & octopus.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello magic */
                magic?: (string|null);

                /** Hello protocol */
                protocol?: (number|null);

                /** Hello engine */
                engine?: (string|null);

                /** Hello pid */
                pid?: (number|null);

                /** Hello store */
                store?: (string|null);

                /** Hello payloadBytesMax */
                payloadBytesMax?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = octopus.v1.Hello.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use octopus.v1.Request.$Properties instead.
         */
        interface IRequest extends octopus.v1.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request call. */
            call: number;

            /** Request enqueue. */
            enqueue?: (octopus.v1.EnqueueTasks.$Properties|null);

            /** Request end. */
            end?: (octopus.v1.TaskRef.$Properties|null);

            /** Request progress. */
            progress?: (octopus.v1.TaskRef.$Properties|null);

            /** Request watch. */
            watch?: (octopus.v1.WatchEvents.$Properties|null);

            /** Request stop. */
            stop?: (boolean|null);

            /** Request ask. */
            ask?: (octopus.v1.Ask.$Properties|null);

            /** Request what. */
            what?: ("enqueue"|"end"|"progress"|"watch"|"stop"|"ask");

            /**
             * Encodes the specified Request message. Does not implicitly {@link octopus.v1.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Request & octopus.v1.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Request & octopus.v1.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request call */
                call?: (number|null);

                /** Request enqueue */
                enqueue?: (octopus.v1.EnqueueTasks.$Properties|null);

                /** Request end */
                end?: (octopus.v1.TaskRef.$Properties|null);

                /** Request progress */
                progress?: (octopus.v1.TaskRef.$Properties|null);

                /** Request watch */
                watch?: (octopus.v1.WatchEvents.$Properties|null);

                /** Request stop */
                stop?: (boolean|null);

                /** Request ask */
                ask?: (octopus.v1.Ask.$Properties|null);

                /** Request what */
                what?: ("enqueue"|"end"|"progress"|"watch"|"stop"|"ask");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Request. */
            type $Shape = {
              call?: number|null;
              enqueue?: octopus.v1.EnqueueTasks.$Shape|null;
              end?: octopus.v1.TaskRef.$Shape|null;
              progress?: octopus.v1.TaskRef.$Shape|null;
              watch?: octopus.v1.WatchEvents.$Shape|null;
              stop?: boolean|null;
              ask?: octopus.v1.Ask.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ what?: undefined; enqueue?: null; end?: null; progress?: null; watch?: null; stop?: null; ask?: null }|{ what?: "enqueue"; enqueue: octopus.v1.EnqueueTasks.$Shape; end?: null; progress?: null; watch?: null; stop?: null; ask?: null }|{ what?: "end"; enqueue?: null; end: octopus.v1.TaskRef.$Shape; progress?: null; watch?: null; stop?: null; ask?: null }|{ what?: "progress"; enqueue?: null; end?: null; progress: octopus.v1.TaskRef.$Shape; watch?: null; stop?: null; ask?: null }|{ what?: "watch"; enqueue?: null; end?: null; progress?: null; watch: octopus.v1.WatchEvents.$Shape; stop?: null; ask?: null }|{ what?: "stop"; enqueue?: null; end?: null; progress?: null; watch?: null; stop: boolean; ask?: null }|{ what?: "ask"; enqueue?: null; end?: null; progress?: null; watch?: null; stop?: null; ask: octopus.v1.Ask.$Shape })
            );
        }

        /**
         * Properties of an EnqueueTasks.
         * @deprecated Use octopus.v1.EnqueueTasks.$Properties instead.
         */
        interface IEnqueueTasks extends octopus.v1.EnqueueTasks.$Properties {
        }

        /** Represents an EnqueueTasks. */
        class EnqueueTasks {

            /**
             * Constructs a new EnqueueTasks.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.EnqueueTasks.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EnqueueTasks tasks. */
            tasks: octopus.v1.TaskToEnqueue.$Properties[];

            /** EnqueueTasks together. */
            together: boolean;

            /**
             * Encodes the specified EnqueueTasks message. Does not implicitly {@link octopus.v1.EnqueueTasks.verify|verify} messages.
             * @param message EnqueueTasks message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.EnqueueTasks.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EnqueueTasks message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.EnqueueTasks & octopus.v1.EnqueueTasks.$Shape} EnqueueTasks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.EnqueueTasks & octopus.v1.EnqueueTasks.$Shape;
        }

        namespace EnqueueTasks {

            /** Properties of an EnqueueTasks. */
            interface $Properties {

                /** EnqueueTasks tasks */
                tasks?: (octopus.v1.TaskToEnqueue.$Properties[]|null);

                /** EnqueueTasks together */
                together?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EnqueueTasks. */
            type $Shape = octopus.v1.EnqueueTasks.$Properties;
        }

        /**
         * Properties of a TaskToEnqueue.
         * @deprecated Use octopus.v1.TaskToEnqueue.$Properties instead.
         */
        interface ITaskToEnqueue extends octopus.v1.TaskToEnqueue.$Properties {
        }

        /** Represents a TaskToEnqueue. */
        class TaskToEnqueue {

            /**
             * Constructs a new TaskToEnqueue.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.TaskToEnqueue.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskToEnqueue type. */
            type: string;

            /** TaskToEnqueue payload. */
            payload?: (octopus.v1.Value.$Properties|null);

            /** TaskToEnqueue options. */
            options: string;

            /**
             * Encodes the specified TaskToEnqueue message. Does not implicitly {@link octopus.v1.TaskToEnqueue.verify|verify} messages.
             * @param message TaskToEnqueue message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.TaskToEnqueue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskToEnqueue message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.TaskToEnqueue & octopus.v1.TaskToEnqueue.$Shape} TaskToEnqueue
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.TaskToEnqueue & octopus.v1.TaskToEnqueue.$Shape;
        }

        namespace TaskToEnqueue {

            /** Properties of a TaskToEnqueue. */
            interface $Properties {

                /** TaskToEnqueue type */
                type?: (string|null);

                /** TaskToEnqueue payload */
                payload?: (octopus.v1.Value.$Properties|null);

                /** TaskToEnqueue options */
                options?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskToEnqueue. */
            type $Shape = octopus.v1.TaskToEnqueue.$Properties;
        }

        /**
         * Properties of a Value.
         * @deprecated Use octopus.v1.Value.$Properties instead.
         */
        interface IValue extends octopus.v1.Value.$Properties {
        }

        /** Represents a Value. */
        class Value {

            /**
             * Constructs a new Value.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Value.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Value bytes. */
            bytes: Uint8Array;

            /** Value binary. */
            binary: boolean;

            /**
             * Encodes the specified Value message. Does not implicitly {@link octopus.v1.Value.verify|verify} messages.
             * @param message Value message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Value.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Value message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Value & octopus.v1.Value.$Shape} Value
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Value & octopus.v1.Value.$Shape;
        }

        namespace Value {

            /** Properties of a Value. */
            interface $Properties {

                /** Value bytes */
                bytes?: (Uint8Array|null);

                /** Value binary */
                binary?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Value. */
            type $Shape = octopus.v1.Value.$Properties;
        }

        /**
         * Properties of a TaskRef.
         * @deprecated Use octopus.v1.TaskRef.$Properties instead.
         */
        interface ITaskRef extends octopus.v1.TaskRef.$Properties {
        }

        /** Represents a TaskRef. */
        class TaskRef {

            /**
             * Constructs a new TaskRef.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.TaskRef.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskRef seq. */
            seq: number;

            /** TaskRef id. */
            id: string;

            /** TaskRef sinceSettled. */
            sinceSettled: number;

            /**
             * Encodes the specified TaskRef message. Does not implicitly {@link octopus.v1.TaskRef.verify|verify} messages.
             * @param message TaskRef message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.TaskRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskRef message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.TaskRef & octopus.v1.TaskRef.$Shape} TaskRef
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.TaskRef & octopus.v1.TaskRef.$Shape;
        }

        namespace TaskRef {

            /** Properties of a TaskRef. */
            interface $Properties {

                /** TaskRef seq */
                seq?: (number|null);

                /** TaskRef id */
                id?: (string|null);

                /** TaskRef sinceSettled */
                sinceSettled?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskRef. */
            type $Shape = octopus.v1.TaskRef.$Properties;
        }

        /**
         * Properties of a WatchEvents.
         * @deprecated Use octopus.v1.WatchEvents.$Properties instead.
         */
        interface IWatchEvents extends octopus.v1.WatchEvents.$Properties {
        }

        /** Represents a WatchEvents. */
        class WatchEvents {

            /**
             * Constructs a new WatchEvents.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.WatchEvents.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WatchEvents kinds. */
            kinds: string[];

            /**
             * Encodes the specified WatchEvents message. Does not implicitly {@link octopus.v1.WatchEvents.verify|verify} messages.
             * @param message WatchEvents message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.WatchEvents.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WatchEvents message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.WatchEvents & octopus.v1.WatchEvents.$Shape} WatchEvents
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.WatchEvents & octopus.v1.WatchEvents.$Shape;
        }

        namespace WatchEvents {

            /** Properties of a WatchEvents. */
            interface $Properties {

                /** WatchEvents kinds */
                kinds?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WatchEvents. */
            type $Shape = octopus.v1.WatchEvents.$Properties;
        }

        /**
         * Properties of an Ask.
         * @deprecated Use octopus.v1.Ask.$Properties instead.
         */
        interface IAsk extends octopus.v1.Ask.$Properties {
        }

        /** Represents an Ask. */
        class Ask {

            /**
             * Constructs a new Ask.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Ask.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ask question. */
            question: string;

            /** Ask arguments. */
            arguments: string;

            /**
             * Encodes the specified Ask message. Does not implicitly {@link octopus.v1.Ask.verify|verify} messages.
             * @param message Ask message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Ask.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ask message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Ask & octopus.v1.Ask.$Shape} Ask
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Ask & octopus.v1.Ask.$Shape;
        }

        namespace Ask {

            /** Properties of an Ask. */
            interface $Properties {

                /** Ask question */
                question?: (string|null);

                /** Ask arguments */
                "arguments"?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ask. */
            type $Shape = octopus.v1.Ask.$Properties;
        }

        /**
         * Properties of an Answer.
         * @deprecated Use octopus.v1.Answer.$Properties instead.
         */
        interface IAnswer extends octopus.v1.Answer.$Properties {
        }

        /** Represents an Answer. */
        class Answer {

            /**
             * Constructs a new Answer.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Answer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Answer call. */
            call: number;

            /** Answer accepted. */
            accepted?: (octopus.v1.AcceptedTasks.$Properties|null);

            /** Answer ended. */
            ended?: (octopus.v1.TaskEnd.$Properties|null);

            /** Answer progress. */
            progress?: (octopus.v1.TaskProgress.$Properties|null);

            /** Answer event. */
            event?: (octopus.v1.WatchedEvent.$Properties|null);

            /** Answer json. */
            json?: (string|null);

            /** Answer records. */
            records?: (octopus.v1.Records.$Properties|null);

            /** Answer fault. */
            fault?: (octopus.v1.Fault.$Properties|null);

            /** Answer what. */
            what?: ("accepted"|"ended"|"progress"|"event"|"json"|"records"|"fault");

            /**
             * Encodes the specified Answer message. Does not implicitly {@link octopus.v1.Answer.verify|verify} messages.
             * @param message Answer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Answer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Answer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Answer & octopus.v1.Answer.$Shape} Answer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Answer & octopus.v1.Answer.$Shape;
        }

        namespace Answer {

            /** Properties of an Answer. */
            interface $Properties {

                /** Answer call */
                call?: (number|null);

                /** Answer accepted */
                accepted?: (octopus.v1.AcceptedTasks.$Properties|null);

                /** Answer ended */
                ended?: (octopus.v1.TaskEnd.$Properties|null);

                /** Answer progress */
                progress?: (octopus.v1.TaskProgress.$Properties|null);

                /** Answer event */
                event?: (octopus.v1.WatchedEvent.$Properties|null);

                /** Answer json */
                json?: (string|null);

                /** Answer records */
                records?: (octopus.v1.Records.$Properties|null);

                /** Answer fault */
                fault?: (octopus.v1.Fault.$Properties|null);

                /** Answer what */
                what?: ("accepted"|"ended"|"progress"|"event"|"json"|"records"|"fault");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Answer. */
            type $Shape = {
              call?: number|null;
              accepted?: octopus.v1.AcceptedTasks.$Shape|null;
              ended?: octopus.v1.TaskEnd.$Shape|null;
              progress?: octopus.v1.TaskProgress.$Shape|null;
              event?: octopus.v1.WatchedEvent.$Shape|null;
              json?: string|null;
              records?: octopus.v1.Records.$Shape|null;
              fault?: octopus.v1.Fault.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ what?: undefined; accepted?: null; ended?: null; progress?: null; event?: null; json?: null; records?: null; fault?: null }|{ what?: "accepted"; accepted: octopus.v1.AcceptedTasks.$Shape; ended?: null; progress?: null; event?: null; json?: null; records?: null; fault?: null }|{ what?: "ended"; accepted?: null; ended: octopus.v1.TaskEnd.$Shape; progress?: null; event?: null; json?: null; records?: null; fault?: null }|{ what?: "progress"; accepted?: null; ended?: null; progress: octopus.v1.TaskProgress.$Shape; event?: null; json?: null; records?: null; fault?: null }|{ what?: "event"; accepted?: null; ended?: null; progress?: null; event: octopus.v1.WatchedEvent.$Shape; json?: null; records?: null; fault?: null }|{ what?: "json"; accepted?: null; ended?: null; progress?: null; event?: null; json: string; records?: null; fault?: null }|{ what?: "records"; accepted?: null; ended?: null; progress?: null; event?: null; json?: null; records: octopus.v1.Records.$Shape; fault?: null }|{ what?: "fault"; accepted?: null; ended?: null; progress?: null; event?: null; json?: null; records?: null; fault: octopus.v1.Fault.$Shape })
            );
        }

        /**
         * Properties of an AcceptedTasks.
         * @deprecated Use octopus.v1.AcceptedTasks.$Properties instead.
         */
        interface IAcceptedTasks extends octopus.v1.AcceptedTasks.$Properties {
        }

        /** Represents an AcceptedTasks. */
        class AcceptedTasks {

            /**
             * Constructs a new AcceptedTasks.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.AcceptedTasks.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AcceptedTasks tasks. */
            tasks: octopus.v1.AcceptedTask.$Properties[];

            /** AcceptedTasks settledCount. */
            settledCount: number;

            /**
             * Encodes the specified AcceptedTasks message. Does not implicitly {@link octopus.v1.AcceptedTasks.verify|verify} messages.
             * @param message AcceptedTasks message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.AcceptedTasks.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AcceptedTasks message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.AcceptedTasks & octopus.v1.AcceptedTasks.$Shape} AcceptedTasks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.AcceptedTasks & octopus.v1.AcceptedTasks.$Shape;
        }

        namespace AcceptedTasks {

            /** Properties of an AcceptedTasks. */
            interface $Properties {

                /** AcceptedTasks tasks */
                tasks?: (octopus.v1.AcceptedTask.$Properties[]|null);

                /** AcceptedTasks settledCount */
                settledCount?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AcceptedTasks. */
            type $Shape = octopus.v1.AcceptedTasks.$Properties;
        }

        /**
         * Properties of an AcceptedTask.
         * @deprecated Use octopus.v1.AcceptedTask.$Properties instead.
         */
        interface IAcceptedTask extends octopus.v1.AcceptedTask.$Properties {
        }

        /** Represents an AcceptedTask. */
        class AcceptedTask {

            /**
             * Constructs a new AcceptedTask.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.AcceptedTask.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AcceptedTask seq. */
            seq: number;

            /** AcceptedTask existing. */
            existing: boolean;

            /** AcceptedTask fault. */
            fault?: (octopus.v1.Fault.$Properties|null);

            /**
             * Encodes the specified AcceptedTask message. Does not implicitly {@link octopus.v1.AcceptedTask.verify|verify} messages.
             * @param message AcceptedTask message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.AcceptedTask.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AcceptedTask message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.AcceptedTask & octopus.v1.AcceptedTask.$Shape} AcceptedTask
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.AcceptedTask & octopus.v1.AcceptedTask.$Shape;
        }

        namespace AcceptedTask {

            /** Properties of an AcceptedTask. */
            interface $Properties {

                /** AcceptedTask seq */
                seq?: (number|null);

                /** AcceptedTask existing */
                existing?: (boolean|null);

                /** AcceptedTask fault */
                fault?: (octopus.v1.Fault.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AcceptedTask. */
            type $Shape = octopus.v1.AcceptedTask.$Properties;
        }

        /**
         * Properties of a TaskEnd.
         * @deprecated Use octopus.v1.TaskEnd.$Properties instead.
         */
        interface ITaskEnd extends octopus.v1.TaskEnd.$Properties {
        }

        /** Represents a TaskEnd. */
        class TaskEnd {

            /**
             * Constructs a new TaskEnd.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.TaskEnd.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskEnd state. */
            state: string;

            /** TaskEnd success. */
            success?: (octopus.v1.Success.$Properties|null);

            /** TaskEnd failure. */
            failure?: (octopus.v1.Failure.$Properties|null);

            /**
             * Encodes the specified TaskEnd message. Does not implicitly {@link octopus.v1.TaskEnd.verify|verify} messages.
             * @param message TaskEnd message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.TaskEnd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskEnd message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.TaskEnd & octopus.v1.TaskEnd.$Shape} TaskEnd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.TaskEnd & octopus.v1.TaskEnd.$Shape;
        }

        namespace TaskEnd {

            /** Properties of a TaskEnd. */
            interface $Properties {

                /** TaskEnd state */
                state?: (string|null);

                /** TaskEnd success */
                success?: (octopus.v1.Success.$Properties|null);

                /** TaskEnd failure */
                failure?: (octopus.v1.Failure.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskEnd. */
            type $Shape = octopus.v1.TaskEnd.$Properties;
        }

        /**
         * Properties of a TaskProgress.
         * @deprecated Use octopus.v1.TaskProgress.$Properties instead.
         */
        interface ITaskProgress extends octopus.v1.TaskProgress.$Properties {
        }

        /** Represents a TaskProgress. */
        class TaskProgress {

            /**
             * Constructs a new TaskProgress.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.TaskProgress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskProgress done. */
            done: number;

            /** TaskProgress total. */
            total?: (number|null);

            /** TaskProgress note. */
            note?: (string|null);

            /**
             * Encodes the specified TaskProgress message. Does not implicitly {@link octopus.v1.TaskProgress.verify|verify} messages.
             * @param message TaskProgress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.TaskProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskProgress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.TaskProgress & octopus.v1.TaskProgress.$Shape} TaskProgress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.TaskProgress & octopus.v1.TaskProgress.$Shape;
        }

        namespace TaskProgress {

            /** Properties of a TaskProgress. */
            interface $Properties {

                /** TaskProgress done */
                done?: (number|null);

                /** TaskProgress total */
                total?: (number|null);

                /** TaskProgress note */
                note?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskProgress. */
            type $Shape = octopus.v1.TaskProgress.$Properties;
        }

        /**
         * Properties of a WatchedEvent.
         * @deprecated Use octopus.v1.WatchedEvent.$Properties instead.
         */
        interface IWatchedEvent extends octopus.v1.WatchedEvent.$Properties {
        }

        /** Represents a WatchedEvent. */
        class WatchedEvent {

            /**
             * Constructs a new WatchedEvent.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.WatchedEvent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WatchedEvent json. */
            json: string;

            /** WatchedEvent result. */
            result?: (octopus.v1.Value.$Properties|null);

            /**
             * Encodes the specified WatchedEvent message. Does not implicitly {@link octopus.v1.WatchedEvent.verify|verify} messages.
             * @param message WatchedEvent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.WatchedEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WatchedEvent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.WatchedEvent & octopus.v1.WatchedEvent.$Shape} WatchedEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.WatchedEvent & octopus.v1.WatchedEvent.$Shape;
        }

        namespace WatchedEvent {

            /** Properties of a WatchedEvent. */
            interface $Properties {

                /** WatchedEvent json */
                json?: (string|null);

                /** WatchedEvent result */
                result?: (octopus.v1.Value.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WatchedEvent. */
            type $Shape = octopus.v1.WatchedEvent.$Properties;
        }

        /**
         * Properties of a Records.
         * @deprecated Use octopus.v1.Records.$Properties instead.
         */
        interface IRecords extends octopus.v1.Records.$Properties {
        }

        /** Represents a Records. */
        class Records {

            /**
             * Constructs a new Records.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Records.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Records records. */
            records: octopus.v1.Record.$Properties[];

            /** Records next. */
            next: number;

            /**
             * Encodes the specified Records message. Does not implicitly {@link octopus.v1.Records.verify|verify} messages.
             * @param message Records message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Records.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Records & octopus.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Records & octopus.v1.Records.$Shape;
        }

        namespace Records {

            /** Properties of a Records. */
            interface $Properties {

                /** Records records */
                records?: (octopus.v1.Record.$Properties[]|null);

                /** Records next */
                next?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Records. */
            type $Shape = octopus.v1.Records.$Properties;
        }

        /**
         * Properties of a Record.
         * @deprecated Use octopus.v1.Record.$Properties instead.
         */
        interface IRecord extends octopus.v1.Record.$Properties {
        }

        /** Represents a Record. */
        class Record {

            /**
             * Constructs a new Record.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Record.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Record json. */
            json: string;

            /** Record payload. */
            payload?: (octopus.v1.Value.$Properties|null);

            /** Record result. */
            result?: (octopus.v1.Value.$Properties|null);

            /**
             * Encodes the specified Record message. Does not implicitly {@link octopus.v1.Record.verify|verify} messages.
             * @param message Record message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Record.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Record message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Record & octopus.v1.Record.$Shape} Record
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Record & octopus.v1.Record.$Shape;
        }

        namespace Record {

            /** Properties of a Record. */
            interface $Properties {

                /** Record json */
                json?: (string|null);

                /** Record payload */
                payload?: (octopus.v1.Value.$Properties|null);

                /** Record result */
                result?: (octopus.v1.Value.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Record. */
            type $Shape = octopus.v1.Record.$Properties;
        }

        /**
         * Properties of a Fault.
         * @deprecated Use octopus.v1.Fault.$Properties instead.
         */
        interface IFault extends octopus.v1.Fault.$Properties {
        }

        /** Represents a Fault. */
        class Fault {

            /**
             * Constructs a new Fault.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Fault.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Fault code. */
            code: string;

            /** Fault hint. */
            hint: string;

            /** Fault task. */
            task: string;

            /** Fault arm. */
            arm: string;

            /** Fault error. */
            error?: (octopus.v1.Failure.$Properties|null);

            /** Fault at. */
            at: number;

            /**
             * Encodes the specified Fault message. Does not implicitly {@link octopus.v1.Fault.verify|verify} messages.
             * @param message Fault message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Fault.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Fault message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Fault & octopus.v1.Fault.$Shape} Fault
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Fault & octopus.v1.Fault.$Shape;
        }

        namespace Fault {

            /** Properties of a Fault. */
            interface $Properties {

                /** Fault code */
                code?: (string|null);

                /** Fault hint */
                hint?: (string|null);

                /** Fault task */
                task?: (string|null);

                /** Fault arm */
                arm?: (string|null);

                /** Fault error */
                error?: (octopus.v1.Failure.$Properties|null);

                /** Fault at */
                at?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Fault. */
            type $Shape = octopus.v1.Fault.$Properties;
        }

        /**
         * Properties of a Report.
         * @deprecated Use octopus.v1.Report.$Properties instead.
         */
        interface IReport extends octopus.v1.Report.$Properties {
        }

        /** Represents a Report. */
        class Report {

            /**
             * Constructs a new Report.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Report.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Report index. */
            index: number;

            /** Report startedAtMs. */
            startedAtMs: number;

            /** Report runMs. */
            runMs: number;

            /** Report success. */
            success?: (octopus.v1.Success.$Properties|null);

            /** Report failure. */
            failure?: (octopus.v1.Failure.$Properties|null);

            /** Report logs. */
            logs: octopus.v1.LogLine.$Properties[];

            /** Report late. */
            late: boolean;

            /** Report leftovers. */
            leftovers: string[];

            /** Report outcome. */
            outcome?: ("success"|"failure");

            /**
             * Encodes the specified Report message. Does not implicitly {@link octopus.v1.Report.verify|verify} messages.
             * @param message Report message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Report.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Report message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Report & octopus.v1.Report.$Shape} Report
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Report & octopus.v1.Report.$Shape;
        }

        namespace Report {

            /** Properties of a Report. */
            interface $Properties {

                /** Report index */
                index?: (number|null);

                /** Report startedAtMs */
                startedAtMs?: (number|null);

                /** Report runMs */
                runMs?: (number|null);

                /** Report success */
                success?: (octopus.v1.Success.$Properties|null);

                /** Report failure */
                failure?: (octopus.v1.Failure.$Properties|null);

                /** Report logs */
                logs?: (octopus.v1.LogLine.$Properties[]|null);

                /** Report late */
                late?: (boolean|null);

                /** Report leftovers */
                leftovers?: (string[]|null);

                /** Report outcome */
                outcome?: ("success"|"failure");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Report. */
            type $Shape = {
              index?: number|null;
              startedAtMs?: number|null;
              runMs?: number|null;
              success?: octopus.v1.Success.$Shape|null;
              failure?: octopus.v1.Failure.$Shape|null;
              logs?: octopus.v1.LogLine.$Shape[]|null;
              late?: boolean|null;
              leftovers?: string[]|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; success?: null; failure?: null }|{ outcome?: "success"; success: octopus.v1.Success.$Shape; failure?: null }|{ outcome?: "failure"; success?: null; failure: octopus.v1.Failure.$Shape })
            );
        }

        /**
         * Properties of a Success.
         * @deprecated Use octopus.v1.Success.$Properties instead.
         */
        interface ISuccess extends octopus.v1.Success.$Properties {
        }

        /** Represents a Success. */
        class Success {

            /**
             * Constructs a new Success.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Success.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Success result. */
            result: Uint8Array;

            /** Success binary. */
            binary: boolean;

            /**
             * Encodes the specified Success message. Does not implicitly {@link octopus.v1.Success.verify|verify} messages.
             * @param message Success message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Success.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Success message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Success & octopus.v1.Success.$Shape} Success
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Success & octopus.v1.Success.$Shape;
        }

        namespace Success {

            /** Properties of a Success. */
            interface $Properties {

                /** Success result */
                result?: (Uint8Array|null);

                /** Success binary */
                binary?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Success. */
            type $Shape = octopus.v1.Success.$Properties;
        }

        /**
         * Properties of a Failure.
         * @deprecated Use octopus.v1.Failure.$Properties instead.
         */
        interface IFailure extends octopus.v1.Failure.$Properties {
        }

        /** Represents a Failure. */
        class Failure {

            /**
             * Constructs a new Failure.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Failure.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Failure reason. */
            reason: string;

            /** Failure name. */
            name: string;

            /** Failure message. */
            message: string;

            /** Failure code. */
            code: string;

            /** Failure stack. */
            stack: string;

            /** Failure cause. */
            cause?: (octopus.v1.Failure.$Properties|null);

            /** Failure final. */
            final: boolean;

            /** Failure retryAfterMs. */
            retryAfterMs: number;

            /** Failure root. */
            root: string;

            /**
             * Encodes the specified Failure message. Does not implicitly {@link octopus.v1.Failure.verify|verify} messages.
             * @param message Failure message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Failure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Failure message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Failure & octopus.v1.Failure.$Shape} Failure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Failure & octopus.v1.Failure.$Shape;
        }

        namespace Failure {

            /** Properties of a Failure. */
            interface $Properties {

                /** Failure reason */
                reason?: (string|null);

                /** Failure name */
                name?: (string|null);

                /** Failure message */
                message?: (string|null);

                /** Failure code */
                code?: (string|null);

                /** Failure stack */
                stack?: (string|null);

                /** Failure cause */
                cause?: (octopus.v1.Failure.$Properties|null);

                /** Failure final */
                final?: (boolean|null);

                /** Failure retryAfterMs */
                retryAfterMs?: (number|null);

                /** Failure root */
                root?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Failure. */
            type $Shape = octopus.v1.Failure.$Properties;
        }

        /**
         * Properties of a LogLine.
         * @deprecated Use octopus.v1.LogLine.$Properties instead.
         */
        interface ILogLine extends octopus.v1.LogLine.$Properties {
        }

        /** Represents a LogLine. */
        class LogLine {

            /**
             * Constructs a new LogLine.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.LogLine.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogLine atMs. */
            atMs: number;

            /** LogLine level. */
            level: string;

            /** LogLine text. */
            text: string;

            /**
             * Encodes the specified LogLine message. Does not implicitly {@link octopus.v1.LogLine.verify|verify} messages.
             * @param message LogLine message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.LogLine.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogLine message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.LogLine & octopus.v1.LogLine.$Shape} LogLine
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.LogLine & octopus.v1.LogLine.$Shape;
        }

        namespace LogLine {

            /** Properties of a LogLine. */
            interface $Properties {

                /** LogLine atMs */
                atMs?: (number|null);

                /** LogLine level */
                level?: (string|null);

                /** LogLine text */
                text?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogLine. */
            type $Shape = octopus.v1.LogLine.$Properties;
        }
    }
}
